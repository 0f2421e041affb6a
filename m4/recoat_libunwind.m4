# RECOAT_LIBUNWIND
# ----------------
# Only libunwind's header is needed to build: the runtime opens the library on demand.
# LIBUNWIND_SONAME names what it opens.
AC_DEFUN([RECOAT_LIBUNWIND], [
  PKG_CHECK_MODULES([LIBUNWIND], [libunwind >= 1.3])
  AC_MSG_CHECKING([for the name under which libunwind is loaded])
  recoat_unwind_file=$($PKG_CONFIG --variable=libdir libunwind)/libunwind.so
  LIBUNWIND_SONAME=$(basename "$(readlink -f "$recoat_unwind_file")" | sed 's/\(\.so\.@<:@0-9@:>@*\).*/\1/')
  AC_MSG_RESULT([$LIBUNWIND_SONAME])
  AC_DEFINE_UNQUOTED([LIBUNWIND_SONAME], ["$LIBUNWIND_SONAME"],
    [The library that unwinds what our own unwinder does not.])
])
