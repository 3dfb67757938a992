"""Whether this machine's processor can run the engine as it was compiled; asked before anything of it is loaded."""

import importlib.util
import struct
from pathlib import Path

from appliance.errors import Sentence

PROCESSOR = Path("/proc/cpuinfo")
TOO_OLD = "The processor of this machine is too old for the model engine: it has no %(part)s."
# From the x86-64 psABI: bits of GNU_PROPERTY_X86_ISA_1_NEEDED and the flags of Linux that a level asks for.
LEVEL_2 = ("cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3")
LEVEL_3 = ("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe")
LEVEL_4 = ("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl")
LEVELS = {1 << 1: LEVEL_2, 1 << 2: LEVEL_3, 1 << 3: LEVEL_4}
ISA_NEEDED = 0xC0008002
PROPERTY_SEGMENT = 0x6474E553
ELF_64_LITTLE = b"\x7fELF\x02\x01"
LARGEST_NOTE = 4096


def refusal(library: Path | None = None, processor: Path = PROCESSOR) -> str:
    """A sentence for the operator; empty when the engine may run, or when nothing says that it may not."""
    library = library or _engine_library()
    if library is None:
        return ""
    try:
        rows = [row for row in processor.read_text().splitlines() if row.startswith("flags")]
        needed = flags_needed(library)
    except (OSError, ValueError, OverflowError, struct.error):
        return ""
    has = rows[0].split(":", 1)[1].split() if rows else list(needed)
    lacks = [flag for flag in needed if flag not in has]
    if not lacks:
        return ""
    return Sentence(TOO_OLD, part=lacks[0].upper())


def flags_needed(library: Path) -> list[str]:
    """What a library says of itself in its ELF property note; the image's engine does, one compiled here doesn't."""
    with library.open("rb") as file:
        head = file.read(64)
        if not head.startswith(ELF_64_LITTLE):
            return []
        offset, size, count = (*struct.unpack_from("<Q", head, 32), *struct.unpack_from("<HH", head, 54))
        file.seek(offset)
        table = file.read(size * count)
        for at in range(0, len(table), size):
            kind, _, where, _, _, length = struct.unpack_from("<IIQQQQ", table, at)
            if kind == PROPERTY_SEGMENT:
                file.seek(where)
                bits = _needed_bits(file.read(min(length, LARGEST_NOTE)))
                return [flag for bit, flags in LEVELS.items() if bits & bit for flag in flags]
    return []


def _needed_bits(note: bytes) -> int:
    """The note: sizes of name and content, kind, the name GNU, then properties padded to eight bytes."""
    name_size, size, _ = struct.unpack_from("<III", note)
    at, end = 12 + name_size, min(12 + name_size + size, len(note))
    while at + 8 <= end:
        kind, length = struct.unpack_from("<II", note, at)
        if kind == ISA_NEEDED and length == 4:
            return int(struct.unpack_from("<I", note, at + 8)[0])
        at += 8 + -(-length // 8) * 8
    return 0


def _engine_library() -> Path | None:
    found = importlib.util.find_spec("llama_cpp")
    folders = found.submodule_search_locations if found else None
    library = Path(next(iter(folders))) / "lib" / "libggml-cpu.so" if folders else None
    return library if library and library.is_file() else None
