// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_METASTABILITY_H
#define SGDFP_SOLVERS_METASTABILITY_H

#include "solvers/spectral_problem.h"

#include <deal.II/lac/full_matrix.h>

namespace sgdfp
{
  /// Where the rates of a spectrum are separated.
  struct RateGap
  {
    /// Number of metastable sets: 1, or those eigenvalues (0 included) that
    /// come before the largest gap
    unsigned int n_sets = 1;
    /// |Re lambda_n| / |Re lambda_{n-1}|, n = n_sets, or the largest ratio
    /// where that is no gap; 0 where there are not two rates to compare
    double ratio = 0;
  };

  /// Counts the eigenvalues before the largest ratio of neighbouring rates, if
  /// that is above @p gap_ratio and all before it are real. Of a spectrum
  /// without killing.
  RateGap find_gap(const std::vector<std::complex<double>> &values,
                   const double                             gap_ratio);



  /// See Basin::core_level; an exit rate depends on it by a hundredth at most.
  constexpr double core_share = 0.99;



  /// One metastable set.
  template <int dim>
  struct Basin
  {
    /// Membership chi, between 0 and 1 but for the tails: barycentric
    /// coordinate on the simplex of metastable_sets()
    Vector membership;
    /// int chi p: its share of the stationary law
    double mass = 0;
    /// Membership at the minimum of the set; its core is where chi is at least
    /// core_share of that
    double core_level = 0;
    /// Quasi-stationary law of the process that is killed in the cores of the
    /// other sets, and its exit rate; 0 where it could not be computed, with
    /// the reason
    Vector      quasi_stationary;
    double      exit_rate = 0;
    std::string why_no_rate;
    /// Where the loss is least, among the nodes with chi > 1/2
    double             least_loss = 0;
    dealii::Point<dim> minimum;
    /// Mean loss of the quasi-stationary law
    double energy = 0;
  };



  template <int dim>
  struct MetastableSets
  {
    std::vector<Basin<dim>> basins;
    /// (k, l), k != l: rate from set k to set l, per unit t; rows sum to zero.
    /// From the spectrum: backward operator chi_l = sum_k chi_k rates(k, l)
    dealii::FullMatrix<double> rates;
  };



  /// The sets of the first @p n_sets (> 1) eigenvalues. The left eigenfunctions
  /// f_2 .. f_n are nearly constant in each set, so that the points (f_2, ..,
  /// f_n) lie near the vertices of a simplex, found by the inner simplex
  /// algorithm [Weber and Galliat 2002] and then moved to the means of f under
  /// chi_k^2 p. Memberships are the barycentric coordinates;
  /// for two sets that is the committor up to lambda_2/lambda_3. Sets are
  /// sorted by the place of their minimum.
  template <int dim>
  MetastableSets<dim> metastable_sets(SpectralProblem<dim> &problem,
                                      const Spectrum       &spectrum,
                                      const unsigned int    n_sets);
} // namespace sgdfp

#endif
