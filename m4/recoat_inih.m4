# RECOAT_INIH
# -----------
# inih parses catalogues. It is linked statically and hidden, because a library that
# is loaded into any process must not bring another one with it.
AC_DEFUN([RECOAT_INIH], [
  AC_MSG_CHECKING([for a static inih])
  INIH_LIBS=$($CC -print-file-name=libinih.a)
  recoat_save_LIBS=$LIBS
  LIBS="$INIH_LIBS $LIBS"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <ini.h>]],
      [[return ini_parse_string("", 0, 0);]])],
    [AC_MSG_RESULT([$INIH_LIBS])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([libinih.a and ini.h are required (Debian: libinih-dev)])])
  LIBS=$recoat_save_LIBS
  AC_SUBST([INIH_LIBS])
])
