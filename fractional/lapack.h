// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_FRACTIONAL_LAPACK_H
#define SGDFP_FRACTIONAL_LAPACK_H

/// The routines of BLAS and LAPACK that deal.II does not wrap: banded Cholesky,
/// the economical singular value decomposition, matrix products in place.
extern "C" {
void dpbtrf_(const char *uplo,
             const int  *n,
             const int  *kd,
             double     *ab,
             const int  *ldab,
             int        *info);

void dpbtrs_(const char   *uplo,
             const int    *n,
             const int    *kd,
             const int    *nrhs,
             const double *ab,
             const int    *ldab,
             double       *b,
             const int    *ldb,
             int          *info);

void dgesdd_(const char *jobz,
             const int  *m,
             const int  *n,
             double     *a,
             const int  *lda,
             double     *s,
             double     *u,
             const int  *ldu,
             double     *vt,
             const int  *ldvt,
             double     *work,
             const int  *lwork,
             int        *iwork,
             int        *info);

void dgemm_(const char   *transa,
            const char   *transb,
            const int    *m,
            const int    *n,
            const int    *k,
            const double *alpha,
            const double *a,
            const int    *lda,
            const double *b,
            const int    *ldb,
            const double *beta,
            double       *c,
            const int    *ldc);
}

#endif
