// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/detailed_balance.h"

namespace sgdfp
{
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    // Ratio of the eigenvalues of D below which its inverse is round-off.
    constexpr double singular = 1e-13;

    // Round-off of D^-1 times first derivatives, relative.
    constexpr double asymmetry_round_off = 1e-9;



    template <int dim>
    bool is_singular(const SymmetricTensor<2, dim> &D)
    {
      const auto values = eigenvalues(D); // descending
      return values[dim - 1] <= singular * values[0];
    }



    /// [i][j] = d_i F_j, F = D^-1 r
    template <int dim>
    Tensor<2, dim> force_gradient(const typename Dynamics<dim>::Flux &flux,
                                  const Tensor<2, dim>               &inverse)
    {
      const Tensor<1, dim> F = inverse * flux.drift;
      Tensor<2, dim>       result;
      for (unsigned int i = 0; i < dim; ++i)
        result[i] =
          inverse * (flux.drift_gradient[i] - flux.diffusion.gradient[i] * F);
      return result;
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
    if (is_singular(D))
      {
        ++n_singular;
        if (p > 0)
          escaping_drift +=
            outside_range(D, sample.flux.drift) * p * sample.weight;
        return;
      }
    const Tensor<2, dim> inverse = invert(Tensor<2, dim>(D));
    if (dim > 1)
      {
        const auto g = force_gradient<dim>(sample.flux, inverse);
        if (g.norm() > 0)
          asymmetry =
            std::max(asymmetry, (g - transpose(g)).norm() / (2 * g.norm()));
      }
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
        holds = (asymmetry < asymmetry_round_off);
        summary.set("detailed_balance/holds", *holds);
        summary.set("detailed_balance/certificate", asymmetry);
        summary.set("detailed_balance/entropy_production", production);
        return;
      }

    const std::string singular_text =
      "D is singular, so that D^-1 does not exist";
    // Any mass-weighted drift out of range(D) beyond round-off breaks it:
    // J/p = r - D grad log p leaves the range with r.
    constexpr double round_off = 1e-10;
    std::string      no_production =
      singular_text + ": the entropy production is undefined";
    if (escaping_drift > round_off)
      {
        holds = false;
        summary.set("detailed_balance/holds", false);
        no_production =
          "infinite: D is singular, and the velocity J/p does not "
          "lie in its range";
      }
    else
      {
        reason = singular_text + " and the certificate cannot be evaluated";
        summary.set_null("detailed_balance/holds", reason);
      }
    summary.set_null("detailed_balance/certificate", singular_text);
    summary.set_null("detailed_balance/entropy_production", no_production);
  }



  template class DetailedBalance<1>;
  template class DetailedBalance<2>;
  template class DetailedBalance<3>;
} // namespace sgdfp
