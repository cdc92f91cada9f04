// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_KINETIC_STATISTICS_H
#define SGDFP_POSTPROCESS_KINETIC_STATISTICS_H

#include "base/summary.h"
#include "operators/kinetic_law.h"

#include <boost/optional.hpp>

namespace sgdfp
{
  /// What is read off a stationary law in phase space by integration.
  ///
  /// Under time reversal velocities change sign: the irreversible part of the
  /// current is J = -gamma (v + D grad_v) f, and the entropy that it produces
  /// per unit t
  ///
  ///     int J^T (gamma D)^-1 J / f
  ///       = gamma int ( <v^T D^-1 v | theta> - dim ) p d theta
  ///
  /// [Seifert, Rep. Prog. Phys. 75, 126001 (2012), 2.5 and 6; the second form
  /// holds for stationary laws, as the entropy does not change there: J .
  /// grad_v log f has the mean 0]. It is 0 at equilibrium: f is then p times a
  /// Gaussian with covariance D, which is constant, and D^-1 b a gradient.
  template <int dim>
  struct KineticStatistics
  {
    /// @param law of mass 1
    KineticStatistics(const KineticLaw<dim> &law,
                      const Dynamics<dim>   &dynamics);

    /// Means and covariances of (theta, v), 2 dim entries a row.
    std::vector<double>              mean;
    std::vector<std::vector<double>> covariance;

    /// int |<v | theta>| p, the L1 norm of the current in parameters
    double current = 0;

    /// Empty where D is singular in the law.
    boost::optional<double> entropy_production;

    /// Extreme eigenvalues of <v v^T | theta> where p is above 1e-3 of its
    /// maximum
    double least_temperature = 0, greatest_temperature = 0;



    /// Mass of the cells next to trimmed ones, inside of the box: what the
    /// trimming may have changed is less.
    double trimmed_edge_mass = 0;


    /// Where p is visible: the largest |grad D|/|D| times the width of the law,
    /// or the largest |curl D^-1 b| relative to its derivatives. 0 is detailed
    /// balance; empty where D is singular.
    boost::optional<double> certificate;

    void report(Summary &summary) const;
  };



  /// int max(-f, 0) d theta dv
  template <int dim>
  double negative_phase_mass(const KineticLaw<dim> &law);
} // namespace sgdfp

#endif
