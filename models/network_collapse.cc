// SPDX-License-Identifier: GPL-3.0-or-later
// Where pure minibatch noise leaves a deep linear network no density.
#include "models/deep_linear_network.h"
#include "models/extreme_eigenvalues.h"
#include "models/minimum_search.h"

#include <algorithm>
#include <limits>

namespace sgdfp
{
  template <int dim>
  bool DeepLinearNetwork<dim>::fits_exactly(const Loss<dim> &loss,
                                            const bool       has_weight_decay,
                                            const double     lower) const
  {
    double scale = 0; // 1/2 tr P* S P*^T
    for (unsigned int a = 0; a < moments.n_outputs; ++a)
      for (unsigned int b = 0; b < moments.n_inputs; ++b)
        for (unsigned int c = 0; c < moments.n_inputs; ++c)
          scale += 0.5 * moments.best_map(a, b) * moments.input(b, c) *
                   moments.best_map(a, c);
    // Labels that are known to 12 digits.
    constexpr double round_off = 1e-24;
    if (moments.residual_loss > round_off * scale)
      return false;
    if (scale == 0 && !layout.is_slice())
      return true; // by weights that are 0
    if (has_weight_decay)
      return false; // draws the minimum set away from where P = P*

    // Weights of the size of those that fit, in coordinates on the slice.
    double offset = 0;
    for (const double psi : layout.offset)
      offset += psi * psi;
    const double n_layers = layout.widths.size() - 1.;
    const double size =
      3 * std::sqrt(extreme_eigenvalues(inverse_metric).second) *
      (std::sqrt(offset) +
       std::pow(moments.best_map.frobenius_norm(), 1 / n_layers));
    SearchBox<dim> box;
    for (unsigned int d = 0; d < dim; ++d)
      {
        box.lower[d] = std::max(lower, -size);
        box.upper[d] = size;
      }
    // Every rank knows the loss: nothing to share.
    const Minima<dim> minima = find_minima(loss, box, MPI_COMM_SELF);
    constexpr double  enough = 1e-10;
    return minima.value - moments.residual_loss < enough * scale;
  }



  template <int dim>
  std::string DeepLinearNetwork<dim>::collapse_of_chain(const double a) const
  {
    // With n_i layers that share theta_i, P = prod theta_i^n_i, g = grad P:
    // x_i = theta_i^2/n_i has d(x_i - x_j) = (eta/B) c P^2 (1-a) (1/x_i -
    // 1/x_j) dt - 2 w (x_i - x_j) dt, without noise [anchors.md, B3].
    const bool        is_shared = layout.n_weights < layout.entries.size();
    const std::string difference =
      is_shared ?
        "theta_i^2/n_i - theta_j^2/n_j, n_i the number of layers that "
        "share theta_i," :
        "theta_i^2 - theta_j^2";
    if (a == 1 && weight_decay == 0)
      return "the minibatch noise of a scalar chain has rank 1, and in the "
             "isothermal calculus every difference of squares " +
             difference +
             " stays what it was along every path: the law depends on the "
             "start and has no density";
    return "the minibatch noise of a scalar chain has rank 1 and every "
           "difference of squares " +
           difference + " decays along every path: the law collapses onto " +
           (is_shared ? "the set where they vanish" :
                        "|theta_1| = .. = |theta_N|") +
           " and has no density";
  }



  template <int dim>
  std::string
  DeepLinearNetwork<dim>::collapse_without_floor(const double a) const
  {
    if (gradient_map.empty())
      return "the gradients of all samples are equal: there is no minibatch "
             "noise, and the law is a set of points, not a density";
    const bool is_scalar_chain =
      std::all_of(layout.widths.begin(),
                  layout.widths.end(),
                  [](const unsigned int w) { return w == 1; });
    if (is_scalar_chain && dim > 1 && !layout.is_slice())
      return collapse_of_chain(a);
    if (fits_exactly(*this,
                     weight_decay > 0,
                     -std::numeric_limits<double>::infinity()))
      return "without label noise the gradient noise vanishes on the minimum "
             "set: the law collapses onto it and has no density";
    return "";
  }



#define INSTANTIATE(dim)                                                         \
  template bool        DeepLinearNetwork<dim>::fits_exactly(const Loss<dim> &,   \
                                                     const bool,          \
                                                     const double) const; \
  template std::string DeepLinearNetwork<dim>::collapse_of_chain(const double)   \
    const;                                                                       \
  template std::string DeepLinearNetwork<dim>::collapse_without_floor(           \
    const double) const;

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
