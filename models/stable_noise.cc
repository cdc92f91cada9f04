// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/stable_noise.h"

#include "base/errors.h"
#include "base/text.h"

#include <cmath>

namespace sgdfp
{
  namespace Patterns = dealii::Patterns;

  void StableParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    prm.enter_subsection("Noise");
    prm.enter_subsection("Stable");
    prm.add_parameter("alpha",
                      alpha,
                      "Stability index; < 2 adds alpha-stable noise "
                      "sigma(theta) dZ to the Gaussian one",
                      Patterns::Double(0, 2));
    prm.add_parameter("scale",
                      scale,
                      "sigma(theta): an expression; with directions = "
                      "coordinates one, or one per parameter separated by "
                      "commas. -(-Lap)^(alpha/2) (sigma^alpha p) is what it "
                      "adds");
    prm.add_parameter("directions",
                      directions,
                      "isotropic jumps; jumps along one of the coordinates at "
                      "a time; or along the gradient of a network: a balanced "
                      "one of one parameter, in sgdfp-ensemble any with one "
                      "input and one output",
                      Patterns::Selection("isotropic|coordinates|gradient"));
    prm.add_parameter("tempering",
                      tempering,
                      "m > 0: jumps beyond 1/m are exponentially rare, symbol "
                      "(m^2 + |k|^2)^(alpha/2) - m^alpha",
                      Patterns::Double(0));
    prm.leave_subsection();
    prm.leave_subsection();
  }



  void StableParameters::check() const
  {
    // Below, jumps span so many decades that no box holds the law.
    constexpr double least = 0.1;
    if (alpha < least)
      throw EntryError("Noise/Stable/alpha",
                       to_text(alpha),
                       "jumps of so small an index span more decades than a "
                       "box can",
                       "Give a number from " + to_text(least) + " to 2.");
  }



  bool StableParameters::is_on() const
  {
    return alpha < 2;
  }



  template <int dim>
  StableNoise<dim>::StableNoise(const StableParameters          &parameters,
                                std::shared_ptr<const Loss<dim>> loss,
                                const Vocabulary                &vocabulary)
    : parameters(parameters)
    , loss(loss)
  {
    const std::string entry = "Noise/Stable/scale";
    const bool        is_single =
      !by_coordinates() || parameters.scale.find(',') == std::string::npos;
    const auto sigma =
      is_single ?
        std::vector<Expression>{
          parse_entry(entry, parameters.scale, vocabulary)} :
        parse_vector_entry(entry, parameters.scale, vocabulary, dim);
    n_expressions = sigma.size();
    expressions   = ExpressionTape(sigma);
    if (is_along_gradient())
      {
        const auto samples = loss->sample_gradient();
        if (!samples || samples->slopes.size() != 1)
          throw EntryError("Noise/Stable/directions",
                           parameters.directions,
                           "this loss is not that of a network with one input "
                           "and one output",
                           "Use isotropic or coordinates.");
        slopes = samples->slopes[0];
        return;
      }
    if (parameters.directions == "gradient" && !loss->has_scalar_gradient())
      throw EntryError("Noise/Stable/directions",
                       parameters.directions,
                       "this loss has no gradient of a scalar network as a "
                       "function of one parameter",
                       "Use Deep linear network/structure = balanced in one "
                       "dimension, isotropic or coordinates.");
  }



  template <int dim>
  dealii::Tensor<1, dim>
  StableNoise<dim>::scales(const dealii::Point<dim> &theta) const
  {
    double values[dim];
    expressions.evaluate(theta.begin_raw(), values);
    dealii::Tensor<1, dim> sigma;
    if (is_along_gradient())
      {
        // Negative where the expression is, which check_at() refuses
        for (unsigned int d = 0; d < dim; ++d)
          sigma[d] = std::abs(slopes[d](theta)) * values[0];
        return sigma;
      }

    const double factor =
      (parameters.directions == "gradient" ? loss->scalar_gradient(theta) : 1.);
    for (unsigned int d = 0; d < dim; ++d)
      sigma[d] = factor * values[n_expressions == 1 ? 0 : d];
    return sigma;
  }



  template <int dim>
  dealii::Tensor<1, dim>
  StableNoise<dim>::rates(const dealii::Point<dim> &theta) const
  {
    dealii::Tensor<1, dim> result = scales(theta);
    for (unsigned int d = 0; d < dim; ++d)
      result[d] = std::pow(result[d], parameters.alpha);
    return result;
  }



  template <int dim>
  void StableNoise<dim>::check_at(const dealii::Point<dim> &theta) const
  {
    const dealii::Tensor<1, dim> sigma = scales(theta);
    for (unsigned int d = 0; d < dim; ++d)
      if (!(sigma[d] >= 0) || !std::isfinite(rates(theta)[d]))
        throw EntryError("Noise/Stable/scale",
                         parameters.scale,
                         "it is " + to_text(sigma[d]) + " at " + to_text(theta),
                         "A scale is finite and at least 0: change it, or "
                         "shrink the box.");
  }



  template <int dim>
  double StableNoise<dim>::alpha() const
  {
    return parameters.alpha;
  }



  template <int dim>
  double StableNoise<dim>::tempering() const
  {
    return parameters.tempering;
  }



  template <int dim>
  bool StableNoise<dim>::by_coordinates() const
  {
    return parameters.directions == "coordinates" && dim > 1;
  }



  template <int dim>
  bool StableNoise<dim>::is_along_gradient() const
  {
    return parameters.directions == "gradient" && dim > 1;
  }



  template <int dim>
  dealii::Tensor<1, dim>
  StableNoise<dim>::gradient(const dealii::Point<dim> &theta) const
  {
    double values[dim];
    expressions.evaluate(theta.begin_raw(), values);
    dealii::Tensor<1, dim> g;
    for (unsigned int d = 0; d < dim; ++d)
      g[d] = values[0] * slopes[d](theta);
    return g;
  }



  template <int dim>
  void StableNoise<dim>::check_generator() const
  {
    if (is_along_gradient())
      throw EntryError(
        "Noise/Stable/directions",
        parameters.directions,
        "grad w times one scalar stable variable has a shape of rank one that "
        "depends on theta: its generator is no fractional power of a "
        "Laplacian, and (-div A grad)^s would be another process",
        "Use sgdfp-ensemble, a balanced network of one parameter (Deep linear "
        "network/structure = balanced), isotropic or coordinates.");
  }



  template <int dim>
  std::string StableNoise<dim>::description() const
  {
    std::string text = "alpha-stable noise sigma dZ (ito), alpha = " +
                       to_text(parameters.alpha) +
                       ", sigma = " + parameters.scale;
    const std::string tempered =
      parameters.tempering > 0 ?
        ", tempered with m = " + to_text(parameters.tempering) :
        "";
    if (is_along_gradient())
      return text + " times grad w" + tempered;
    if (parameters.directions == "gradient")
      text += " times |grad w|";
    text += by_coordinates() ? ", one coordinate at a time" : ", isotropic";
    return text + tempered;
  }



  template class StableNoise<1>;
  template class StableNoise<2>;
  template class StableNoise<3>;
} // namespace sgdfp
