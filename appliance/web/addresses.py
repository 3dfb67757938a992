"""Where a page may send people on to: only to pages of this box."""


def inside(address: str, otherwise: str = "/") -> str:
    """`address` when it is a path on this box, else `otherwise`: no page sends people to somebody else's."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_path and "\\" not in address and address.isprintable() else otherwise
