# RECOAT_ZYDIS
# ------------
# Only Zydis' headers are needed to build: the runtime opens the library on demand.
# ZYDIS_SONAME names what it opens. There is no pkg-config file for it.
AC_DEFUN([RECOAT_ZYDIS], [
  AC_CHECK_HEADER([Zydis/Zydis.h], [], [AC_MSG_ERROR([the headers of Zydis are required])])
  AC_MSG_CHECKING([for the name under which Zydis is loaded])
  recoat_zydis_file=$($CC -print-file-name=libZydis.so)
  ZYDIS_SONAME=$(${OBJDUMP-objdump} -p "$recoat_zydis_file" 2>/dev/null | awk '$[]1 == "SONAME" { print $[]2 }')
  AS_IF([test -z "$ZYDIS_SONAME"], [AC_MSG_ERROR([libZydis.so was not found])])
  AC_MSG_RESULT([$ZYDIS_SONAME])
  AC_DEFINE_UNQUOTED([ZYDIS_SONAME], ["$ZYDIS_SONAME"],
    [The library that decodes instructions.])
])
