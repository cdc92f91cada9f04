// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_POSTPROCESS_SUBLEVEL_INTEGRALS_H
#define SGDFP_POSTPROCESS_SUBLEVEL_INTEGRALS_H

#include "models/loss.h"
#include "postprocess/adaptive_quadrature.h"

namespace sgdfp
{
  /// What the learning coefficient of K(theta) = L(theta) - L_0 >= 0 on a box
  /// W is read off, for sequences of eps and of n:
  ///
  ///     V(eps) = vol {theta in W : K < eps},
  ///     Z(n) = int_W exp(-n K) dtheta,    n<K>,    n^2 Var K
  ///
  /// (means under exp(-n K)/Z; n^2 Var K is the heat capacity). Volumes are in
  /// units of the parameters to the power dim; the prior is flat on W.
  ///
  /// Method. Iterated integrals, adaptive in every coordinate for all n and eps
  /// at once (integrate()). Along the last coordinate V is a sum of distances
  /// between roots of K - eps, one to each monotone piece of K, so that it is
  /// exact however thin the set is. The first coordinate is shared out over the
  /// ranks.
  ///
  /// Limits. Along the last coordinate, critical points of K closer than a 32nd
  /// of the box are missed in pairs. Round-off in K, measured at the minimum,
  /// limits eps from below and n from above.
  template <int dim>
  class SublevelIntegrals
  {
  public:
    /// @p loss must outlive the object.
    /// @param minimum L_0
    SublevelIntegrals(const Loss<dim>          &loss,
                      const double              minimum,
                      const dealii::Point<dim> &lower,
                      const dealii::Point<dim> &upper,
                      const double              tolerance,
                      const MPI_Comm            communicator);

    /// Collective. Only those eps and n are kept that round-off allows.
    /// @param noise error of K by round-off, in units of the loss
    /// @param levels descending
    /// @param n ascending
    void compute(const std::vector<double> &levels,
                 const std::vector<double> &n,
                 const double               noise);

    std::vector<double> levels; ///< eps
    std::vector<double> volumes;
    std::vector<double> n;
    std::vector<double> log_Z;
    std::vector<double> n_mean;        ///< n<K>
    std::vector<double> heat_capacity; ///< n^2 Var K
    /// Estimated relative errors
    std::vector<double> volume_errors, Z_errors;
    bool                has_converged = false;

  private:
    using Values = std::vector<double>;

    /// Integral over the coordinates d .. dim - 1, those before as in @p theta.
    Values over(const unsigned int  d,
                dealii::Point<dim> &theta,
                const Values       &absolute) const;

    /// Along the last coordinate.
    Values along_line(dealii::Point<dim> &theta, const Values &absolute) const;

    /// Ends of the pieces of a line on which K is monotone.
    std::vector<double> monotone_pieces(dealii::Point<dim> &theta) const;

    void add_lengths(const std::vector<double> &ends,
                     dealii::Point<dim>        &theta,
                     Values                    &values) const;

    double K(const dealii::Point<dim> &theta) const;

    /// Of the integral over coordinate @p d.
    QuadratureTolerance tolerances(const unsigned int d,
                                   const Values      &absolute) const;

    /// What of an integral over the further coordinates cannot be seen in the
    /// whole, given the largest ones so far.
    Values negligible(const Values &peak) const;


    unsigned int n_components() const;

    const Loss<dim>         &loss;
    const double             minimum;
    const dealii::Point<dim> lower, upper;
    const double             tolerance;
    const MPI_Comm           communicator;
    double                   noise = 0;
  };
} // namespace sgdfp

#endif
