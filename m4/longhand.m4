dnl longhand.m4 -- the probes of configure.ac, one macro each.

dnl Results are promised to the bit; some flags break the promise, so they are an error.
AC_DEFUN([LH_REFUSE_FAST_MATH], [
  lh_why=`sh "$srcdir/build-aux/flags.sh" $CC $CPPFLAGS $CFLAGS $LDFLAGS 2>&1` ||
    AC_MSG_ERROR([$lh_why])])

dnl libtool copies to names without quotes.  A program finds the library by itself: but for the
dnl folders that every loader looks in, longhand.pc says where it is.
AC_DEFUN([LH_FOLDERS], [
  lh_prefix=$prefix
  AS_IF([test "x$lh_prefix" = xNONE], [lh_prefix=$ac_default_prefix])
  lh_libdir=`prefix=$lh_prefix; exec_prefix=$exec_prefix
    test "x$exec_prefix" != xNONE || exec_prefix=$prefix; eval echo \""$libdir"\"`
  AS_CASE(["$lh_prefix$exec_prefix$bindir$libdir$includedir$datarootdir"],
    [*@<:@\ \	\"\'\`\\\&\;\*\?@:>@*], [AC_MSG_ERROR([libtool cannot install into a folder with a blank or a
  quote in its name ($lh_prefix): install into another, and make a link to it])])
  AS_CASE([$lh_libdir], [/lib|/lib/*|/lib64|/usr/lib|/usr/lib/*|/usr/lib64], [lh_rpath=],
    [lh_rpath='-Wl,-rpath,${libdir}'])
  AC_SUBST([lh_rpath])])

AC_DEFUN([LH_C11], [
  AC_MSG_CHECKING([how to compile C11])
  lh_saved=$CFLAGS
  lh_c11=none
  for lh_try in -std=gnu11 -std=c11 ""; do
    CFLAGS="$lh_saved $lh_try"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <stddef.h>
      _Static_assert(sizeof(int) >= 4, "int");]], [[_Alignas(64) int i = 0; return i;]])],
      [lh_c11=$lh_try; break])
  done
  CFLAGS=$lh_saved
  AC_MSG_RESULT([$lh_c11])
  AS_IF([test "x$lh_c11" = xnone], [AC_MSG_ERROR([a compiler for C11 is needed: apt install gcc])])
  LH_CFLAGS=$lh_c11])

AC_DEFUN([LH_OPENMP], [
  AC_OPENMP
  AC_MSG_CHECKING([whether programs with OpenMP link])
  lh_saved=$CFLAGS
  CFLAGS="$CFLAGS $OPENMP_CFLAGS"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <omp.h>]], [[return omp_get_max_threads() < 1;]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([Longhand needs OpenMP.
  With gcc it is included; with clang:  apt install libomp-dev    (Fedora: libomp-devel)])])
  CFLAGS=$lh_saved])

dnl Debian's hdf5.pc may be the MPI build, so the serial one is asked for by name first.
AC_DEFUN([LH_HDF5], [
  AC_ARG_WITH([hdf5], [AS_HELP_STRING([--with-hdf5=H5CC], [path of h5cc, or of the folder HDF5 is installed in])],
    [], [with_hdf5=check])
  lh_hdf5_from=
  AS_CASE([$with_hdf5],
    [no], [AC_MSG_ERROR([checkpoints are HDF5 files: --without-hdf5 is not possible])],
    [check|yes], [
      for lh_name in hdf5-serial hdf5; do
        AS_IF([test -z "$lh_hdf5_from"],
          [PKG_CHECK_EXISTS([$lh_name], [lh_hdf5_from="$lh_name.pc"
            HDF5_CFLAGS=`$PKG_CONFIG --cflags $lh_name`
            HDF5_LIBS=`$PKG_CONFIG --libs $lh_name`
            lh_hdf5_requires=$lh_name])])
      done
      AS_IF([test -z "$lh_hdf5_from"], [AC_PATH_PROGS([H5CC], [h5cc.serial h5cc], [none])],
        [H5CC=none])],
    [AS_IF([test -x "$with_hdf5" && test ! -d "$with_hdf5"], [H5CC=$with_hdf5],
       [H5CC=none; lh_hdf5_from=$with_hdf5
        HDF5_CFLAGS="-I$with_hdf5/include"; HDF5_LIBS="-L$with_hdf5/lib -lhdf5"])])
  AS_IF([test -z "$lh_hdf5_from" && test "x$H5CC" != xnone], [
    lh_hdf5_from=$H5CC
    for lh_word in `$H5CC -show`; do
      AS_CASE([$lh_word], [-I*|-D*], [HDF5_CFLAGS="$HDF5_CFLAGS $lh_word"],
        [/*.a], [dnl Debian's names archives, which a shared library cannot hold; -l finds what can.
          lh_word=`echo "$lh_word" | sed 's|^\(.*\)/lib\(.*\)\.a$|-L\1 -l\2|'`
          HDF5_LIBS="$HDF5_LIBS $lh_word"],
        [-L*|-l*|*.so|*.a], [HDF5_LIBS="$HDF5_LIBS $lh_word"],
        [-Wl,*], [HDF5_LIBS="$HDF5_LIBS $lh_word"])
    done
    AS_CASE([$HDF5_LIBS], [*hdf5*], [], [HDF5_LIBS="$HDF5_LIBS -lhdf5"])])
  AS_IF([test -z "$lh_hdf5_from"], [HDF5_LIBS=-lhdf5; lh_hdf5_from="the standard places"])
  AC_MSG_CHECKING([for HDF5 ($lh_hdf5_from)])
  lh_saved_cppflags=$CPPFLAGS; lh_saved_libs=$LIBS
  CPPFLAGS="$CPPFLAGS $HDF5_CFLAGS"; LIBS="$HDF5_LIBS $LIBS"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <hdf5.h>
    #ifdef H5_HAVE_PARALLEL
    #error "MPI build"
    #endif]], [[return H5open();]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([Longhand needs the serial HDF5 library with its headers:
  Debian, Ubuntu:  apt install libhdf5-dev       Fedora:  dnf install hdf5-devel
  cluster:         module load hdf5              elsewhere:  ./configure --with-hdf5=/path/to/h5cc])])
  CPPFLAGS=$lh_saved_cppflags; LIBS=$lh_saved_libs
  AC_SUBST([HDF5_CFLAGS])
  AC_SUBST([HDF5_LIBS])
  AC_SUBST([lh_hdf5_requires])])

dnl For the compressed members of a .npz, and nothing else.
AC_DEFUN([LH_ZLIB], [
  AC_ARG_WITH([zlib], [AS_HELP_STRING([--without-zlib], [do not read compressed .npz files])],
    [], [with_zlib=check])
  lh_zlib=no
  AS_IF([test "x$with_zlib" != xno], [
    AC_MSG_CHECKING([for zlib])
    lh_saved=$LIBS; LIBS="-lz $LIBS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <zlib.h>]],
      [[z_stream z = {0}; return inflateInit2(&z, -MAX_WBITS) + inflate(&z, Z_NO_FLUSH);]])],
      [lh_zlib=yes; ZLIB_LIBS=-lz; ZLIB_CPPFLAGS=-DLHI_ZLIB=1])
    LIBS=$lh_saved
    AC_MSG_RESULT([$lh_zlib])
    AS_IF([test "x$with_zlib" = xyes && test $lh_zlib = no],
      [AC_MSG_ERROR([zlib was asked for and is not there: apt install zlib1g-dev])])])
  AC_SUBST([ZLIB_CPPFLAGS])
  AC_SUBST([ZLIB_LIBS])])

dnl Several processes, on one machine or more: only where it is asked for.  HDF5 stays the serial one
dnl (LH_HDF5 refuses another): one process writes.
AC_DEFUN([LH_MPI], [
  AC_ARG_WITH([mpi], [AS_HELP_STRING([--with-mpi@<:@=MPICC@:>@],
      [train on several processes and machines (Open MPI or MPICH; mpicc says where)])],
    [], [with_mpi=no])
  lh_mpi=no
  AS_CASE([$with_mpi], [no], [MPICC=none], [yes], [AC_PATH_PROGS([MPICC], [mpicc], [none])],
    [MPICC=$with_mpi])
  AS_IF([test "x$with_mpi" != xno], [
    dnl -show is known to Open MPI and MPICH; the first word is their compiler.
    for lh_word in `$MPICC -show 2>/dev/null`; do
      AS_CASE([$lh_word], [-I*|-D*], [MPI_CFLAGS="$MPI_CFLAGS $lh_word"],
        [-L*|-l*|*.so|-Wl,*], [MPI_LIBS="$MPI_LIBS $lh_word"])
    done
    AC_MSG_CHECKING([for MPI ($MPICC)])
    lh_saved_cppflags=$CPPFLAGS; lh_saved_libs=$LIBS
    CPPFLAGS="$CPPFLAGS $MPI_CFLAGS"; LIBS="$MPI_LIBS $LIBS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <mpi.h>
      #if MPI_VERSION < 3
      #error "too old"
      #endif]], [[return MPI_Finalize();]])],
      [lh_mpi=yes; LH_CPPFLAGS="$LH_CPPFLAGS -DLHI_MPI=1"])
    CPPFLAGS=$lh_saved_cppflags; LIBS=$lh_saved_libs
    AC_MSG_RESULT([$lh_mpi])
    AS_IF([test $lh_mpi = no], [AC_MSG_ERROR([--with-mpi needs MPI 3 with its compiler mpicc:
  Debian, Ubuntu:  apt install libopenmpi-dev openmpi-bin    Fedora:  dnf install openmpi-devel
  cluster:         module load openmpi                       elsewhere:  ./configure --with-mpi=/path/to/mpicc])])])
  AM_CONDITIONAL([HAVE_MPI], [test $lh_mpi = yes])
  AC_SUBST([MPI_CFLAGS])
  AC_SUBST([MPI_LIBS])])

AC_DEFUN([LH_CUNIT], [
  lh_cunit=no
  PKG_CHECK_EXISTS([cunit], [lh_cunit=yes
    CUNIT_CFLAGS=`$PKG_CONFIG --cflags cunit`
    CUNIT_LIBS=`$PKG_CONFIG --libs cunit`])
  AS_IF([test $lh_cunit = no], [
    lh_saved=$LIBS; LIBS="-lcunit $LIBS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <CUnit/CUnit.h>]], [[CU_initialize_registry();]])],
      [lh_cunit=yes; CUNIT_LIBS=-lcunit])
    LIBS=$lh_saved])
  AC_SUBST([CUNIT_CFLAGS])
  AC_SUBST([CUNIT_LIBS])
  AM_CONDITIONAL([HAVE_CUNIT], [test $lh_cunit = yes])])

dnl Four times the precision of float, for tests alone: gcc has it on x86, clang lacks the header.
AC_DEFUN([LH_QUADMATH], [
  lh_quadmath=no
  AC_MSG_CHECKING([for __float128 with libquadmath])
  lh_saved=$LIBS; LIBS="-lquadmath $LIBS"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <quadmath.h>]],
    [[volatile __float128 x = 1; return expq(x) < tanhq(x);]])],
    [lh_quadmath=yes; QUADMATH_LIBS=-lquadmath; QUADMATH_CPPFLAGS=-DLHI_QUADMATH=1])
  LIBS=$lh_saved
  AC_MSG_RESULT([$lh_quadmath])
  AC_SUBST([QUADMATH_CPPFLAGS])
  AC_SUBST([QUADMATH_LIBS])])

AC_DEFUN([LH_WARNINGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [make warnings errors])], [], [enable_werror=no])
  lh_saved=$CFLAGS
  LH_WARN=
  for lh_flag in -Wall -Wextra -Wconversion -Wsign-conversion -Wdouble-promotion -Wfloat-conversion \
      -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla \
      -Wwrite-strings -Wpointer-arith -Wcast-align -Wformat=2 -Wlogical-op -Wduplicated-cond \
      -Wnull-dereference -Wno-unknown-pragmas; do
    AC_MSG_CHECKING([for $lh_flag])
    CFLAGS="$lh_saved -Werror $lh_flag"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM], [AC_MSG_RESULT([yes]); LH_WARN="$LH_WARN $lh_flag"],
      [AC_MSG_RESULT([no])])
  done
  CFLAGS=$lh_saved
  AS_IF([test "x$enable_werror" = xyes], [LH_WARN="$LH_WARN -Werror"])
  AC_SUBST([LH_WARN])])

dnl Every operation rounds by itself unless the source says fma.  The other two let loops with
dnl a choice in them be vectorised and change no result: errno and traps are never looked at.
AC_DEFUN([LH_FLOAT], [
  dnl 32-bit x86 computes in registers of 80 bits unless it is told not to.  16 (AVX512-FP16) says
  dnl only that _Float16 is a type of its own, too.
  AC_MSG_CHECKING([how operations are rounded to their own type])
  lh_saved=$CFLAGS; lh_own=none
  for lh_try in "" "-msse2 -mfpmath=sse"; do
    CFLAGS="$lh_try $lh_saved"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <float.h>
      _Static_assert(FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 16, "");]])], [lh_own=$lh_try; break])
  done
  CFLAGS=$lh_saved
  AC_MSG_RESULT([${lh_own:-they are}])
  AS_IF([test "x$lh_own" = xnone], [AC_MSG_ERROR([the compiler computes in another type than is
  written (by FLT_EVAL_METHOD), and results are promised to the bit: take a processor with SSE2])])
  LH_CFLAGS="$LH_CFLAGS $lh_own -ffp-contract=off -fno-math-errno -fno-trapping-math -fvisibility=hidden"
  dnl Names of source files in messages are those of the source tree, wherever it is built.
  AC_MSG_CHECKING([for -fmacro-prefix-map])
  lh_saved=$CFLAGS; CFLAGS="$CFLAGS -Werror -fmacro-prefix-map=$srcdir/="
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM], [AC_MSG_RESULT([yes])
    LH_CFLAGS="$LH_CFLAGS -fmacro-prefix-map=$srcdir/="], [AC_MSG_RESULT([no])])
  CFLAGS=$lh_saved
  dnl gcc leaves most loops as they are at -O2 unless it is told to weigh them.
  LH_VECTOR=
  AC_MSG_CHECKING([how to have loops vectorised])
  lh_saved=$CFLAGS; CFLAGS="$CFLAGS -Werror -ftree-vectorize -fvect-cost-model=dynamic"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM], [LH_VECTOR="-ftree-vectorize -fvect-cost-model=dynamic"])
  CFLAGS=$lh_saved
  AC_MSG_RESULT([${LH_VECTOR:-as the compiler does}])
  dnl Half of the time of the unrolled kernels goes into following their registers for a debugger.
  AC_MSG_CHECKING([for -fno-var-tracking-assignments])
  lh_saved=$CFLAGS; CFLAGS="$CFLAGS -Werror -fno-var-tracking-assignments"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM], [AC_MSG_RESULT([yes])
    LH_VECTOR="$LH_VECTOR -fno-var-tracking-assignments"], [AC_MSG_RESULT([no])])
  CFLAGS=$lh_saved
  AC_SUBST([LH_VECTOR])
  AC_CHECK_DECL([__FAST_MATH__], [AC_MSG_ERROR([the compiler is in fast-math mode, which changes results])],
    [], [[ ]])])

dnl Readers know no instruction sets: to fuzz them the portable code is enough.
AC_DEFUN([LH_INSTRUCTION_SETS], [
  lh_x86=no
  AS_CASE([$host_cpu,$enable_fuzzing], [x86_64,no|amd64,no], [lh_x86=yes])
  LH_AVX2="-mavx2 -mfma"
  LH_AVX512="$LH_AVX2 -mavx512f -mavx512dq -mavx512vl -mavx512bw -mprefer-vector-width=512"
  AS_IF([test $lh_x86 = yes], [
    AC_MSG_CHECKING([whether the compiler knows AVX2 and AVX-512])
    lh_saved=$CFLAGS; CFLAGS="$CFLAGS $LH_AVX512"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <immintrin.h>]],
      [[__m512 v = _mm512_setzero_ps(); v = _mm512_fmadd_ps(v, v, v); (void)v;]])],
      [], [lh_x86=no])
    CFLAGS=$lh_saved
    AC_MSG_RESULT([$lh_x86])])
  AS_IF([test $lh_x86 = yes], [LH_CPPFLAGS="$LH_CPPFLAGS -DLHI_X86=1"])
  AC_SUBST([LH_CPPFLAGS])
  AC_SUBST([LH_AVX2])
  AC_SUBST([LH_AVX512])
  AM_CONDITIONAL([X86], [test $lh_x86 = yes])])

dnl What `longhand bench` compares with is opened when it runs, but for libxsmm, which Debian
dnl has as an archive.
AC_DEFUN([LH_PEERS], [
  lh_saved=$LIBS; LIBS=
  AC_SEARCH_LIBS([dlopen], [dl])
  DL_LIBS=$LIBS
  LIBXSMM_LIBS= LIBXSMM_CPPFLAGS=
  AC_MSG_CHECKING([for libxsmm, to compare with])
  LIBS="-lxsmm -lxsmmnoblas $DL_LIBS $lh_saved -lpthread"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <libxsmm.h>]],
    [[libxsmm_init(); return !libxsmm_smmdispatch(8, 8, 8, NULL, NULL, NULL, NULL, NULL, NULL, NULL);]])],
    [AC_MSG_RESULT([yes]); LIBXSMM_CPPFLAGS=-DPEER_LIBXSMM; LIBXSMM_LIBS="-lxsmm -lxsmmnoblas -lpthread"],
    [AC_MSG_RESULT([no])])
  LIBS=$lh_saved
  AC_SUBST([DL_LIBS])
  AC_SUBST([LIBXSMM_CPPFLAGS])
  AC_SUBST([LIBXSMM_LIBS])])

AC_DEFUN([LH_SUMMARY], [
  lh_gnuplot=`command -v gnuplot || echo "none now; looked for when a figure is made (apt install gnuplot-nox)"`
  AS_IF([test $lh_x86 = yes], [lh_sets="portable, AVX2, AVX-512; chosen when it runs"],
    [lh_sets="portable (with the compiler's own vectors)"])
  AS_IF([test $lh_cunit = yes], [lh_tests="make check"],
    [lh_tests="not possible: apt install libcunit1-dev, then configure again"])
  AS_IF([test $lh_mpi = yes], [lh_ranks=$MPICC],
    [lh_ranks="no: one process (--with-mpi: several, and several machines)"])
  AS_IF([test $lh_zlib = yes], [lh_npz="read"],
    [lh_npz="not read (apt install zlib1g-dev)"])
  cat <<END

  Longhand $PACKAGE_VERSION
    compiler          $CC $CFLAGS
    OpenMP            $OPENMP_CFLAGS
    HDF5              $lh_hdf5_from
    compressed .npz   $lh_npz
    MPI               $lh_ranks
    instruction sets  $lh_sets
    tests (CUnit)     $lh_tests
    gnuplot           $lh_gnuplot
    sanitizers        $enable_sanitizers
    installs in       $prefix

  Now: make && make check && make install
END
])
