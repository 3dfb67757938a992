"""What the box knows of its search model's file, without the libraries that make it."""

FILE = "all-MiniLM-L6-v2-f16.gguf"
GGUF_SHA256 = "8b6b240f42ce0083dbd85397b8350d49cd3afcb6b271dc9f961307a4c5391a17"
# The module that makes it, to be run once at set-up.
MAKER = "appliance.inference.minilm"
