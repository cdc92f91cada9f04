// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_BIORTHOGONAL_H
#define SGDFP_SOLVERS_BIORTHOGONAL_H

#include "solvers/spectrum.h"

namespace sgdfp
{
  /// Makes F_i^T M R_j = delta_ij (see Spectrum for complex pairs), from the
  /// slowest mode on: it is taken out of the faster ones, of which every error
  /// of a solve has some, and never the other way round, as a fast left
  /// function may be huge where a slow one is needed, at the barriers. Modes
  /// with equal eigenvalues, and slow ones that round-off mixes, are one block.
  /// @param round_off in the entries of A, per unit t
  /// @throws SolverFailure for a Jordan block
  void biorthonormalise(const Restriction &generator,
                        const double       round_off,
                        Spectrum          &spectrum);



  /// Several modes that are slow compared with the round-off of the
  /// factorisation come out as any mixture of each other: the eigenproblem of
  /// F^T A R, whose entries have no cancellation, separates them.
  /// @param round_off in the entries of A, per unit t
  void separate_slow_modes(const Restriction &generator,
                           const double       round_off,
                           Spectrum          &spectrum);



  /// Replaces eigenvalues near the real axis that round-off moves further than
  /// they are apart, those of a Jordan block, by their mean: an error d of the
  /// operator moves each of n by d^(1/n), but their mean by d only (Kato,
  /// Perturbation theory for linear operators, II.2). Spectrum::spreads keeps
  /// how far each was from it; functions of complex pairs become two real ones
  /// of the same space.
  void average_clusters(Spectrum &spectrum);
} // namespace sgdfp

#endif
