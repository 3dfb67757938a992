"""Who is who: staff accounts, second factors, sessions, codes, throttles and names."""
