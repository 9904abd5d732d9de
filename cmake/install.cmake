# What `cmake --install` and the packages hold, and how CPack makes them (scripts/package).
include(GNUInstallDirs)

install(TARGETS leakfinder RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_BINARY_DIR}/leakfinder.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_BINARY_DIR}/leakfinder.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
        RENAME leakfinder)
install(FILES ${CMAKE_BINARY_DIR}/_leakfinder DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${CMAKE_BINARY_DIR}/leakfinder.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.json"
        PATTERN decisions EXCLUDE)

# Debian wants the licence under this name.
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
# The licences of what the HTML report's page is made of; none where the page was left out.
install(FILES ${CMAKE_BINARY_DIR}/web/THIRD_PARTY DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)

set(CPACK_PACKAGE_NAME leakfinder)
set(CPACK_PACKAGE_VENDOR "LeakFinder authors")
set(CPACK_PACKAGE_CONTACT "LeakFinder authors <leakfinder@localhost>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DESCRIPTION
    "LeakFinder reads the profiles that a Go program serves through net/http/pprof, live or saved, and names the
lines that leak goroutines or memory, with the evidence and what to do.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build/package)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_FILE_NAME leakfinder-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# libcurl is loaded on first use, so no tool finds it among the linked libraries.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, libcurl4")
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
# Where CPack runs as another user, the files still belong to root.
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
