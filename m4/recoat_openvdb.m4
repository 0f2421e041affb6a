# RECOAT_OPENVDB
# --------------
# Whether kernels over OpenVDB's grids can be had: they need the headers of version 10, whose
# layouts are the ABI that they are found by, and Imath, which those include.
AC_DEFUN([RECOAT_OPENVDB], [
  recoat_openvdb=no
  PKG_CHECK_MODULES([IMATH], [Imath], [recoat_imath=yes], [recoat_imath=no])
  AC_LANG_PUSH([C++])
  recoat_openvdb_cxxflags=$CXXFLAGS
  CXXFLAGS="$CXXFLAGS -std=c++17 $IMATH_CFLAGS"
  AC_MSG_CHECKING([for OpenVDB 10])
  AC_COMPILE_IFELSE(
    [AC_LANG_PROGRAM([[#include <openvdb/version.h>
                       #if OPENVDB_LIBRARY_MAJOR_VERSION_NUMBER != 10
                       #error another version
                       #endif]])],
    [recoat_openvdb=$recoat_imath])
  AC_MSG_RESULT([$recoat_openvdb])
  CXXFLAGS=$recoat_openvdb_cxxflags
  AC_LANG_POP([C++])
  AM_CONDITIONAL([OPENVDB], [test "$recoat_openvdb" = yes])
])
