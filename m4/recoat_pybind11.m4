# RECOAT_PYBIND11
# ---------------
# Whether an extension module can be built for the tests of targets that are Python's. It needs the
# headers of Debian's python3, which is what the tests run.
AC_DEFUN([RECOAT_PYBIND11], [
  PKG_CHECK_MODULES([PYBIND11], [pybind11 python3], [recoat_pybind11=yes], [recoat_pybind11=no])
  AM_CONDITIONAL([PYBIND11], [test "$recoat_pybind11" = yes])
])
