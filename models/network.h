// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_NETWORK_H
#define SGDFP_MODELS_NETWORK_H

#include "models/data_moments.h"
#include "models/loss.h"

#include <deal.II/lac/full_matrix.h>

namespace sgdfp
{
  /// The loss of a linear network f(x) = W_N .. W_1 x: its matrices can be
  /// looked at.
  template <int dim>
  class Network : public Loss<dim>
  {
  public:
    /// W_1, .., W_N
    virtual std::vector<dealii::FullMatrix<double>>
    layers(const dealii::Point<dim> &theta) const = 0;

    /// The end-to-end matrix P = W_N .. W_1, outputs x inputs
    virtual dealii::FullMatrix<double>
    end_to_end(const dealii::Point<dim> &theta) const = 0;

    /// What the network has learnt from.
    virtual const DataMoments &data() const = 0;
  };
} // namespace sgdfp

#endif
