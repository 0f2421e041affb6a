# RECOAT_OPENVDB
# --------------
# Whether plugins for the ABI tag am_qadf_native-openvdb10 can be built: for the library of
# OpenVDB whose namespace is v10_0 and its headers, which need Boost's. OPENVDB_CXXFLAGS and OPENVDB_LIBS are what such a plugin is
# compiled and linked with; HAVE_OPENVDB10 is the conditional. OpenVDB has no pkg-config file.
AC_DEFUN([RECOAT_OPENVDB], [
  recoat_openvdb=no
  PKG_CHECK_MODULES([IMATH], [Imath], [
    OPENVDB_CXXFLAGS="-std=c++17 $IMATH_CFLAGS"
    OPENVDB_LIBS="-lopenvdb -ltbb $IMATH_LIBS"
    AC_MSG_CHECKING([for OpenVDB 10.0])
    AC_LANG_PUSH([C++])
    recoat_save_CXXFLAGS=$CXXFLAGS
    recoat_save_LIBS=$LIBS
    CXXFLAGS="$CXXFLAGS $OPENVDB_CXXFLAGS"
    LIBS="$OPENVDB_LIBS $LIBS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[
        #include <openvdb/openvdb.h>
      ]], [[openvdb::v10_0::initialize();]])],
      [recoat_openvdb=yes])
    CXXFLAGS=$recoat_save_CXXFLAGS
    LIBS=$recoat_save_LIBS
    AC_LANG_POP([C++])
    AC_MSG_RESULT([$recoat_openvdb])
  ], [:])
  AC_SUBST([OPENVDB_CXXFLAGS])
  AC_SUBST([OPENVDB_LIBS])
  AM_CONDITIONAL([HAVE_OPENVDB10], [test "$recoat_openvdb" = yes])
])
