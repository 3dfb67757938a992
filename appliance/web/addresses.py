"""Where a page may send people on to: only to pages of this box."""

from urllib.parse import quote

# What a form takes as `next`; a longer address is not worth coming back to.
LONGEST = 1000


def inside(address: str, otherwise: str = "/") -> str:
    """`address` when it is a path on this box, else `otherwise`: no page sends people to somebody else's."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_path and "\\" not in address and address.isprintable() else otherwise


def whole(path: str, query: str) -> str:
    """The address that was asked for, with what comes after its question mark."""
    address = f"{path}?{query}" if query else path
    return address if len(address) <= LONGEST else path


def with_next(page: str, address: str) -> str:
    """`page`, which leads on to `address`: encoded, or it would end at the first & of its own."""
    return f"{page}?next={quote(address)}" if len(address) <= LONGEST else page
