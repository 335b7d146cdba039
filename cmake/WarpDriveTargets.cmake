# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

# wd_library(NAME SOURCES ... LIBS ...): a part of libwarpdrive, in object form,
# so that the shared library and the tests are made of the same objects.
function(wd_library name)
	cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
	add_library(${name} OBJECT ${ARG_SOURCES})
	target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
	target_link_libraries(${name} PUBLIC ${ARG_LIBS})
	set_property(GLOBAL APPEND PROPERTY WD_LIBRARY_PARTS ${name})
endfunction()

# wd_user_driver(NAME SOURCES ... LIBS ...): a user driver; it becomes part of
# libwarpdrive and is to be named in libwarpdrive/src/core/wd_drivers.c.
function(wd_user_driver name)
	wd_library(${name}_user ${ARGN})
	target_link_libraries(${name}_user PUBLIC wd_headers)
endfunction()

# wd_unit_test(FILE): one CMocka program, named like its source. It sees the
# inside of the library, the device model and the fake backend.
function(wd_unit_test source)
	get_filename_component(name ${source} NAME_WE)
	add_executable(${name} ${source})
	target_link_libraries(${name} PRIVATE warpdrive_internal wd_fake
		PkgConfig::CMOCKA PkgConfig::ZLIB)
	add_test(NAME unit.${name} COMMAND ${name})
	set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
