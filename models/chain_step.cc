// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/chain_step.h"

#include "base/errors.h"
#include "base/matrix_entry.h"

#include <cmath>
#include <functional>

namespace sgdfp
{
  namespace
  {
    template <int dim>
    class SampleTerm : public ChainTerm<dim>
    {
    public:
      SampleTerm(const SampleGradient<dim>         &gradient,
                 std::unique_ptr<const BatchSource> source,
                 const double                       learning_rate)
        : gradient(gradient)
        , source(std::move(source))
        , monomials(this->source->monomials)
        , eta(learning_rate)
        , m(monomials.n_monomials())
        , P(monomials.n_inputs * monomials.n_outputs)
      {}

      void add_to(const LanePoints<dim> &theta,
                  RandomStream::Draws   &draws,
                  LanePoints<dim>       &sum) const override
      {
        if (gradient.n_balanced == 1)
          add_gradient(theta, draws, -eta, sum);
        else
          add_balanced_step(theta, draws, sum);
      }

    private:
      /// sum += factor g
      void add_gradient(const LanePoints<dim> &theta,
                        RandomStream::Draws   &draws,
                        const double           factor,
                        LanePoints<dim>       &sum) const
      {
        const unsigned int n_in  = monomials.n_inputs,
                           n_out = monomials.n_outputs;
        source->draw(draws, m);
        for (unsigned int k = 0; k < P.size(); ++k)
          gradient.product[k].evaluate(theta, P[k]);
        Lanes residual, slope;
        for (unsigned int a = 0; a < n_out; ++a)
          for (unsigned int b = 0; b < n_in; ++b)
            {
              residual.set(-1, m[monomials.output_monomial(a, b)]);
              for (unsigned int c = 0; c < n_in; ++c)
                residual.add(1,
                             P[a * n_in + c],
                             m[monomials.input_monomial(b, c)]);
              for (unsigned int i = 0; i < dim; ++i)
                {
                  gradient.slopes[a * n_in + b][i].evaluate(theta, slope);
                  sum[i].add(factor, residual, slope);
                }
            }
        for (unsigned int i = 0; i < dim; ++i)
          gradient.decay[i].add_to(factor, theta, sum[i]);
      }



      void add_balanced_step(const LanePoints<dim> &w,
                             RandomStream::Draws   &draws,
                             LanePoints<dim>       &sum) const
      {
        LanePoints<dim> g;
        for (Lanes &component : g)
          component.fill(0);
        add_gradient(w, draws, 1, g);
        const double N = gradient.n_balanced;
        for (unsigned int d = 0; d < dim; ++d)
          for (unsigned int i = 0; i < n_lanes; ++i)
            {
              const double u     = std::pow(w[d][i], 1 / N);
              const double moved = u - eta * (g[d][i] * std::pow(u, N - 1) +
                                              gradient.balanced_decay * u);
              sum[d][i] += std::pow(std::abs(moved), N) - w[d][i];
            }
      }

      const SampleGradient<dim>                gradient;
      const std::unique_ptr<const BatchSource> source;
      const SampleMonomials                    monomials;
      const double                             eta;
      mutable std::vector<Lanes>               m, P; ///< work space
    };



    /// -h times polynomials
    template <int dim>
    class PolynomialDrift : public ChainTerm<dim>
    {
    public:
      PolynomialDrift(const std::vector<Polynomial<dim>> &descent,
                      const double                        h)
        : descent(descent)
        , h(h)
      {}

      void add_to(const LanePoints<dim> &theta,
                  RandomStream::Draws &,
                  LanePoints<dim> &sum) const override
      {
        for (unsigned int i = 0; i < dim; ++i)
          descent[i].add_to(-h, theta, sum[i]);
      }

    private:
      const std::vector<Polynomial<dim>> descent;
      const double                       h;
    };



    /// h times a drift that is known point by point
    template <int dim>
    class PointwiseDrift : public ChainTerm<dim>
    {
    public:
      using Drift =
        std::function<dealii::Tensor<1, dim>(const dealii::Point<dim> &)>;

      PointwiseDrift(const Drift &drift, const double h)
        : drift(drift)
        , h(h)
      {}


      void add_to(const LanePoints<dim> &theta,
                  RandomStream::Draws &,
                  LanePoints<dim> &sum) const override
      {
        for (unsigned int i = 0; i < n_lanes; ++i)
          {
            const auto b = drift(lane<dim>(theta, i));
            for (unsigned int d = 0; d < dim; ++d)
              sum[d][i] += h * b[d];
          }
      }

    private:
      const Drift  drift;
      const double h;
    };



    /// factor sum_r g_r z_r with rows of polynomials
    template <int dim>
    class PolynomialNoise : public ChainTerm<dim>
    {
    public:
      PolynomialNoise(const std::vector<std::vector<Polynomial<dim>>> &rows,
                      const double                                     factor)
        : rows(rows)
        , factor(factor)
      {}

      void add_to(const LanePoints<dim> &theta,
                  RandomStream::Draws   &draws,
                  LanePoints<dim>       &sum) const override
      {
        Lanes z, slope;
        for (const auto &row : rows)
          {
            draws.normal(z);
            for (unsigned int i = 0; i < dim; ++i)
              {
                row[i].evaluate(theta, slope);
                sum[i].add(factor, slope, z);
              }
          }
      }

    private:
      const std::vector<std::vector<Polynomial<dim>>> rows;
      const double                                    factor;
    };



    template <int dim>
    class GaussianTerm : public ChainTerm<dim>
    {
    public:
      GaussianTerm(const dealii::SymmetricTensor<2, dim> &covariance)
        : factor(dim, dim)
      {
        for (unsigned int i = 0; i < dim; ++i)
          for (unsigned int j = 0; j < dim; ++j)
            factor(i, j) = covariance[i][j];
        factor = square_root(factor);
      }

      void add_to(const LanePoints<dim> &,
                  RandomStream::Draws &draws,
                  LanePoints<dim>     &sum) const override
      {
        Lanes z;
        for (unsigned int j = 0; j < dim; ++j)
          {
            draws.normal(z);
            for (unsigned int i = 0; i < dim; ++i)
              if (factor(i, j) != 0)
                sum[i].add(factor(i, j), z);
          }
      }

    private:
      dealii::FullMatrix<double> factor;
    };



    /// Any D(theta), by its eigenvectors at every point
    template <int dim>
    class PointwiseNoise : public ChainTerm<dim>
    {
    public:
      PointwiseNoise(const Dynamics<dim> &dynamics, const double h)
        : dynamics(dynamics)
        , h(h)
      {}

      void add_to(const LanePoints<dim> &theta,
                  RandomStream::Draws   &draws,
                  LanePoints<dim>       &sum) const override
      {
        LanePoints<dim> z;
        for (Lanes &component : z)
          draws.normal(component);
        for (unsigned int i = 0; i < n_lanes; ++i)
          {
            const auto D = dynamics
                             .diffusion(lane<dim>(theta, i),
                                        MatrixFieldDerivatives::divergence)
                             .value;
            if (!std::isfinite(D.norm()))
              {
                for (unsigned int d = 0; d < dim; ++d)
                  sum[d][i] = D.norm(); // seen as divergence
                continue;
              }
            const auto pairs = eigenvectors(D);
            for (unsigned int k = 0; k < dim; ++k)
              {
                const double size =
                  std::sqrt(2 * h * std::max(0., pairs[k].first)) * z[k][i];
                for (unsigned int d = 0; d < dim; ++d)
                  sum[d][i] += size * pairs[k].second[d];
              }
          }
      }

    private:
      static std::array<std::pair<double, dealii::Tensor<1, dim>>, dim>
      eigenvectors(const dealii::SymmetricTensor<2, dim> &D)
      {
        if constexpr (dim == 1)
          {
            dealii::Tensor<1, 1> one;
            one[0] = 1;
            return {{{D[0][0], one}}};
          }
        else
          return dealii::eigenvectors(D);
      }

      const Dynamics<dim> dynamics;
      const double        h;
    };
  } // namespace



  template <int dim>
  ChainTermHandle<dim>
  make_sample_term(const Loss<dim>                   &loss,
                   std::unique_ptr<const BatchSource> source,
                   const double                       learning_rate)
  {
    const auto gradient = loss.sample_gradient();
    AssertThrow(gradient, dealii::ExcInternalError());
    return std::make_unique<SampleTerm<dim>>(*gradient,
                                             std::move(source),
                                             learning_rate);
  }



  template <int dim>
  ChainTermHandle<dim> make_descent_term(std::shared_ptr<const Loss<dim>> loss,
                                         const double                     h)
  {
    const auto descent = loss->descent_polynomials();
    if (!descent.empty())
      return std::make_unique<PolynomialDrift<dim>>(descent, h);
    return std::make_unique<PointwiseDrift<dim>>(
      [loss](const dealii::Point<dim> &theta) { return loss->velocity(theta); },
      h);
  }



  template <int dim>
  ChainTermHandle<dim> make_drift_term(const Dynamics<dim> &dynamics,
                                       const double         h)
  {
    const auto descent = dynamics.loss().descent_polynomials();
    if (!descent.empty() && dynamics.has_drift_of_loss())
      return std::make_unique<PolynomialDrift<dim>>(descent, h);
    return std::make_unique<PointwiseDrift<dim>>(
      [dynamics](const dealii::Point<dim> &theta) {
        const auto flux =
          dynamics.flux(theta, MatrixFieldDerivatives::divergence);
        // r = b - (1 - a) div D
        return flux.drift + flux.diffusion.divergence;
      },
      h);
  }



  template <int dim>
  std::vector<ChainTermHandle<dim>>
  make_constant_terms(const dealii::SymmetricTensor<2, dim> &D, const double h)
  {
    std::vector<ChainTermHandle<dim>> terms;
    if (D.norm() > 0)
      terms.push_back(std::make_unique<GaussianTerm<dim>>(2 * h * D));
    return terms;
  }



  template <int dim>
  std::vector<ChainTermHandle<dim>>
  make_diffusion_terms(const Dynamics<dim> &dynamics, const double h)
  {
    const auto rows  = dynamics.loss().noise_polynomials();
    const auto parts = dynamics.diffusion_parts();
    auto       terms = make_constant_terms<dim>(parts.constant, h);
    if (parts.is_expression || (parts.minibatch_factor > 0 && rows.empty()))
      {
        terms.clear(); // D has it all
        terms.push_back(std::make_unique<PointwiseNoise<dim>>(dynamics, h));
      }
    else if (parts.minibatch_factor > 0)
      terms.push_back(std::make_unique<PolynomialNoise<dim>>(
        rows, std::sqrt(2 * h * parts.minibatch_factor)));
    return terms;
  }



#define INSTANTIATE(dim)                                               \
  template ChainTermHandle<dim> make_sample_term(                      \
    const Loss<dim> &, std::unique_ptr<const BatchSource>, double);    \
  template ChainTermHandle<dim> make_descent_term(                     \
    std::shared_ptr<const Loss<dim>>, const double);                   \
  template ChainTermHandle<dim> make_drift_term(const Dynamics<dim> &, \
                                                const double);         \
  template std::vector<ChainTermHandle<dim>> make_diffusion_terms(     \
    const Dynamics<dim> &, const double);                              \
  template std::vector<ChainTermHandle<dim>> make_constant_terms(      \
    const dealii::SymmetricTensor<2, dim> &, const double);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE

} // namespace sgdfp
