# RECOAT_SANITIZERS
# -----------------
# --enable-sanitizers=address,undefined builds the kernels, the analyzer and the unit
# tests with them. librecoat.so never gets them: it must load into any process.
AC_DEFUN([RECOAT_SANITIZERS], [
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@], [address,undefined by default; or thread])],
    [recoat_sanitizers=$enableval], [recoat_sanitizers=no])
  AS_CASE([$recoat_sanitizers], [yes], [recoat_sanitizers=address,undefined])
  RECOAT_SAN_FLAGS=
  AS_IF([test "x$recoat_sanitizers" != xno],
    [RECOAT_SAN_FLAGS="-fsanitize=$recoat_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"])
  # GCC's thread sanitizer does not know fences, and says so; they stand where plain stores are
  # read by snapshots, which it is not asked about.
  AS_IF([test "x$recoat_sanitizers" = xthread && test "x$GCC" = xyes &&
      ! $CC --version | grep -q clang],
    [RECOAT_SAN_FLAGS="$RECOAT_SAN_FLAGS -Wno-tsan"])
  AC_SUBST([RECOAT_SAN_FLAGS])
  AM_CONDITIONAL([SANITIZED], [test "x$recoat_sanitizers" != xno])
])
