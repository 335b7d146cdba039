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

# wd_user_driver(NAME SOURCES ... LIBS ...): a user driver; it defines
# `const struct wd_driver <NAME>_driver` and becomes part of libwarpdrive.
function(wd_user_driver name)
	wd_library(${name}_user ${ARGN})
	set_property(GLOBAL APPEND PROPERTY WD_USER_DRIVERS ${name})
endfunction()

# wd_driver_table(FILE): C source of wd_drivers[], from all wd_user_driver().
function(wd_driver_table file)
	get_property(drivers GLOBAL PROPERTY WD_USER_DRIVERS)
	list(SORT drivers)
	set(declarations "")
	set(entries "")
	foreach(driver ${drivers})
		string(APPEND declarations
			"extern const struct wd_driver ${driver}_driver;\n")
		string(APPEND entries "\t&${driver}_driver,\n")
	endforeach()
	file(CONFIGURE OUTPUT ${file} CONTENT [[
#include "wd_driver.h"

@declarations@
const struct wd_driver *const wd_drivers[] = {
@entries@	NULL,
};
]] @ONLY)
endfunction()

# wd_unit_test(FILE): one CMocka program, named like its source. It sees the
# inside of the library, the device model and the fake backend.
function(wd_unit_test source)
	get_filename_component(name ${source} NAME_WE)
	add_executable(${name} ${source})
	target_link_libraries(${name} PRIVATE warpdrive_internal wd_fake
		PkgConfig::CMOCKA PkgConfig::ZLIB)
	add_test(NAME unit.${name} COMMAND ${name})
	# Against hangs only; a loaded machine with sanitizers is slow.
	set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 400)
endfunction()
