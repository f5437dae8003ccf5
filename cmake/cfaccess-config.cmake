# find_package(cfaccess 0.1 REQUIRED): the targets cfaccess::cfaccess, which is the shared library, and
# cfaccess::static, which ends up in the program. What they need is asked of pkg-config.

if(NOT TARGET cfaccess::cfaccess)
  include(CMakeFindDependencyMacro)
  find_dependency(PkgConfig)

  # The library that was installed with this file, wherever its folder has been moved to since.
  function(cfaccess_find prefix)
    list(PREPEND CMAKE_PREFIX_PATH "${prefix}")
    set(PKG_CONFIG_USE_CMAKE_PREFIX_PATH TRUE)
    list(APPEND PKG_CONFIG_ARGN "--define-variable=prefix=${prefix}")
    pkg_check_modules(cfaccess REQUIRED IMPORTED_TARGET GLOBAL "cfaccess = ${cfaccess_VERSION}")
    add_library(cfaccess::cfaccess ALIAS PkgConfig::cfaccess)

    set(needs ${cfaccess_STATIC_LIBRARIES})
    list(REMOVE_ITEM needs cfaccess)
    add_library(cfaccess::static STATIC IMPORTED GLOBAL)
    set_target_properties(cfaccess::static PROPERTIES
      IMPORTED_LOCATION "${cfaccess_LIBDIR}/libcfaccess.a"
      INTERFACE_INCLUDE_DIRECTORIES "${cfaccess_INCLUDEDIR}"
      INTERFACE_LINK_LIBRARIES "${needs}")
  endfunction()

  get_filename_component(cfaccess_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
  cfaccess_find("${cfaccess_prefix}")
  unset(cfaccess_prefix)
endif()
