# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Language level, warnings, sanitizers and coverage for every target.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
	set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

add_compile_options(-Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes
	-Wvla -Wpointer-arith -Wwrite-strings)
if(WD_WERROR)
	add_compile_options(-Werror)
endif()
add_compile_definitions(_GNU_SOURCE)

if(WD_SANITIZE)
	add_compile_options(-fsanitize=${WD_SANITIZE} -fno-omit-frame-pointer
		-fno-sanitize-recover=all)
	add_link_options(-fsanitize=${WD_SANITIZE})
endif()
if(WD_COVERAGE)
	# Threads count at once.
	add_compile_options(--coverage -fprofile-update=atomic)
	add_link_options(--coverage)
endif()
