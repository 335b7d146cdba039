# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What "cmake --install" puts where. The kernel interface of uapi/ is not
# installed: no public header needs it, and the system has headers of that name.

include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/warpdrive)

install(TARGETS warpdrive EXPORT warpdriveTargets
	LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS wdz LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS wdzip RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY libwarpdrive/include/warpdrive
	DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

file(GLOB pages CONFIGURE_DEPENDS
	${PROJECT_SOURCE_DIR}/libwarpdrive/man/*.[1-8]
	${PROJECT_SOURCE_DIR}/libwdz/man/*.[1-8]
	${PROJECT_SOURCE_DIR}/tools/*/*.[1-8]
	${PROJECT_SOURCE_DIR}/tools/*/man/*.[1-8])
foreach(page ${pages})
	string(REGEX REPLACE ".*\\.([1-8])$" "\\1" section ${page})
	install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

# Relative to the prefix where they can be, so that a moved tree still works.
foreach(dir INCLUDEDIR LIBDIR)
	if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
		set(WD_PC_${dir} "${CMAKE_INSTALL_${dir}}")
	else()
		set(WD_PC_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
	endif()
endforeach()
configure_file(cmake/warpdrive.pc.in warpdrive.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/warpdrive.pc
	DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

configure_package_config_file(cmake/warpdriveConfig.cmake.in
	warpdriveConfig.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(warpdriveConfigVersion.cmake
	COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/warpdriveConfig.cmake
	${PROJECT_BINARY_DIR}/warpdriveConfigVersion.cmake
	DESTINATION ${config_dir})
install(EXPORT warpdriveTargets NAMESPACE warpdrive::
	DESTINATION ${config_dir})
