// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/detailed_balance.h"

#include "base/text.h"
#include "models/extreme_eigenvalues.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sgdfp
{
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    // Ratio of the eigenvalues of D below which its inverse is round-off.
    constexpr double singular = 1e-13;

    // Units in the last place that the derivatives of the model are off by.
    constexpr double derivative_round_off = 1e3 * 2.2e-16;



    template <int dim>
    bool has_no_inverse(const SymmetricTensor<2, dim> &D)
    {
      const auto [least, most] = extreme_eigenvalues(D);
      return least <= singular * most;
    }



    /// |grad F - (grad F)^T| / (2 |grad F|), F = D^-1 r; 0 within round-off.
    template <int dim>
    double relative_asymmetry(const typename Dynamics<dim>::Flux &flux,
                              const Tensor<2, dim>               &inverse)
    {
      const Tensor<1, dim> F = inverse * flux.drift;
      Tensor<2, dim>       g;
      double               terms = 0;
      for (unsigned int i = 0; i < dim; ++i)
        {
          const auto change = flux.diffusion.gradient[i] * F;
          g[i]              = inverse * (flux.drift_gradient[i] - change);
          terms += flux.drift_gradient[i].norm() +
                   flux.diffusion.gradient[i].norm() * F.norm();
        }
      const double difference = (g - transpose(g)).norm();
      if (!(difference > derivative_round_off * inverse.norm() * terms))
        return 0;
      return difference / (2 * g.norm());
    }



    /// Length of the part of @p r outside the range of the singular @p D.
    template <int dim>
    double outside_range(const SymmetricTensor<2, dim> &D,
                         const Tensor<1, dim>          &r)
    {
      const auto pairs = eigenvectors(D);
      double     sum   = 0;
      for (const auto &[value, vector] : pairs)
        if (value <= singular * pairs[0].first)
          sum += (r * vector) * (r * vector);
      return std::sqrt(sum);
    }
  } // namespace



  template <int dim>
  void
  DetailedBalance<dim>::visit(const typename Postprocessor<dim>::Sample &sample)
  {
    const SymmetricTensor<2, dim> &D = sample.flux.diffusion.value;
    const double                   p = sample.law.density();
    if (has_no_inverse(D))
      {
        ++n_singular;
        if (p > 0)
          escaping_drift +=
            outside_range(D, sample.flux.drift) * p * sample.weight;
        return;
      }
    const Tensor<2, dim> inverse = invert(Tensor<2, dim>(D));
    if (dim > 1)
      asymmetry =
        std::max(asymmetry, relative_asymmetry<dim>(sample.flux, inverse));
    if (p > 0)
      {
        const Tensor<1, dim> v = sample.law.velocity(sample.flux);
        production += (v * (inverse * v)) * p * sample.weight;
      }
  }



  template <int dim>
  void DetailedBalance<dim>::finish(const Law<dim> &law, Summary &summary)
  {
    using namespace dealii::Utilities::MPI;
    const MPI_Comm communicator = law.discretisation.communicator;
    asymmetry                   = max(asymmetry, communicator);
    production                  = sum(production, communicator);
    escaping_drift              = sum(escaping_drift, communicator);
    n_singular                  = sum(n_singular, communicator);

    if (n_singular == 0)
      {
        summary.set("detailed_balance/certificate", asymmetry);
        summary.set("detailed_balance/entropy_production", production);
        return;
      }
    const std::string singular_text =
      "D is singular, so that D^-1 does not exist";
    summary.set_null("detailed_balance/certificate", singular_text);
    summary.set_null("detailed_balance/entropy_production",
                     "infinite or undefined: " + singular_text);
  }



  template <int dim>
  bool DetailedBalance<dim>::is_singular() const
  {
    return n_singular > 0;
  }



  template <int dim>
  boost::optional<bool> DetailedBalance<dim>::model_in_balance() const
  {
    if (n_singular == 0)
      return asymmetry == 0;
    // Any mass-weighted drift out of range(D) beyond round-off breaks it.
    constexpr double round_off = 1e-10;
    if (escaping_drift > round_off)
      return false;
    return {};
  }



  template <int dim>
  void DetailedBalance<dim>::decide(const CurrentEvidence &evidence,
                                    Summary               &summary)
  {
    const auto        model       = model_in_balance();
    const bool        has_current = evidence.l1 > evidence.noise();
    const std::string current_text =
      "the integral of |J|, " + to_text(evidence.l1) +
      ", is %s what errors can look like (estimated error " +
      to_text(evidence.estimated_error) +
      (evidence.control ? ", negative control " + to_text(*evidence.control) :
                          "") +
      ")";
    const auto with = [&](const std::string &word) {
      std::string text = current_text;
      return text.replace(text.find("%s"), 2, word);
    };
    if (!has_current && model == boost::optional<bool>(true))
      holds = true;
    else if (has_current && model != boost::optional<bool>(true))
      holds = false;
    else if (has_current)
      reason = "the model is in detailed balance, but " + with("more than") +
               ": the current is not resolved";
    else if (model)
      reason = "the model is not in detailed balance, but " +
               with("not more than") + ": refine until it is";
    else
      reason = "D is singular, so that the model gives no certificate, and " +
               with("not more than");
    if (holds)
      summary.set("detailed_balance/holds", *holds);
    else
      summary.set_null("detailed_balance/holds", reason);
  }



  double CurrentEvidence::noise() const
  {
    constexpr double safety = 2, round_off = 1e-10;
    // Neither an estimate nor a control: any current can be error.
    const double unknown  = std::numeric_limits<double>::infinity();
    const double estimate = std::isnan(estimated_error) ?
                              (control ? 0. : unknown) :
                              safety * estimated_error;
    return std::max({estimate, control.value_or(0.), round_off * scale});
  }



  template class DetailedBalance<1>;
  template class DetailedBalance<2>;
  template class DetailedBalance<3>;
} // namespace sgdfp
