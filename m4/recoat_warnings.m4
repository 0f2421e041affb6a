# RECOAT_WARNINGS
# ---------------
# Set RECOAT_WARN_CFLAGS to the warning flags that this compiler accepts. Warnings are
# errors unless --disable-werror says otherwise.
AC_DEFUN([RECOAT_WARNINGS], [
  RECOAT_WARN_CFLAGS=
  for recoat_flag in -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
                     -Wwrite-strings -Wundef -Wvla -Wpointer-arith -Wno-format-truncation; do
    recoat_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $recoat_flag"
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([[int recoat_probe;]])],
                      [AS_VAR_APPEND([RECOAT_WARN_CFLAGS], [" $recoat_flag"])])
    CFLAGS=$recoat_save_CFLAGS
  done
  AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--disable-werror], [let warnings pass])],
    [recoat_werror=$enableval], [recoat_werror=yes])
  WERROR=
  AS_IF([test "x$recoat_werror" = xyes], [WERROR=-Werror])
  AS_VAR_APPEND([RECOAT_WARN_CFLAGS], [" $WERROR"])
  AC_SUBST([WERROR])
  AC_SUBST([RECOAT_WARN_CFLAGS])
])
