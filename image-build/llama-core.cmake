# Read by CMake as llama.cpp's own project begins (see SETUP in the Makefile): llama-cpp-python
# forces the "common" library on, a quarter of the build that its Python side never loads.
set(LLAMA_BUILD_COMMON OFF)
