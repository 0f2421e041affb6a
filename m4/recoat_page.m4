# RECOAT_PAGE
# -----------
# The page of `recoat report --html` is written in TypeScript. A release has it compiled; from
# a checkout the compiler is needed.
AC_DEFUN([RECOAT_PAGE], [
  AC_CHECK_PROGS([TSC], [tsc])
  AS_IF([test -z "$TSC" && test ! -f "$srcdir/analyzer/web/page.html"],
    [AC_MSG_ERROR([tsc is required to build from a checkout (Debian: node-typescript)])])
])
