# RECOAT_PLATFORM
# ---------------
# Stop early where the runtime cannot work: it needs Linux, glibc and a CPU
# that preload/arch/ knows.
AC_DEFUN([RECOAT_PLATFORM], [
  AC_CANONICAL_HOST
  AS_CASE([$host],
    [x86_64-*-linux-gnu], [],
    [AC_MSG_ERROR([recoat needs x86_64 Linux with glibc, found $host])])
  AC_SEARCH_LIBS([pthread_create], [pthread], [], [AC_MSG_ERROR([pthreads are required])])
  AC_SEARCH_LIBS([dlvsym], [dl], [], [AC_MSG_ERROR([dlvsym() is required])])
])
