// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/paths.h"

#include <boost/numeric/odeint/integrate/integrate_adaptive.hpp>
#include <boost/numeric/odeint/stepper/generation.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>

#include <cmath>

namespace sgdfp
{
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    // Further away nothing comes back.
    constexpr double infinity = 1e8;



    template <int dim>
    bool is_lost(const Point<dim> &theta)
    {
      return !(theta.norm() < infinity);
    }



    /// The state of a path and how it goes on by eta.
    template <int dim>
    class Walker
    {
    public:
      Walker(const PathKind     kind,
             const Loss<dim>   &loss,
             const double       eta,
             const Point<dim>  &start,
             const unsigned int substeps)
        : theta(start)
        , kind(kind)
        , loss(loss)
        , eta(eta)
        , substeps(substeps)
      {
        if (kind == PathKind::central_flow)
          edge = std::make_unique<EdgeOfStability<dim>>(loss, eta);
      }

      void advance()
      {
        switch (kind)
          {
            case PathKind::gradient_descent:
              theta += eta * loss.velocity(theta);
              break;
            case PathKind::gradient_flow:
              flow();
              break;
            case PathKind::central_flow:
              for (unsigned int s = 0; s < substeps && !is_lost(theta); ++s)
                {
                  const double dt   = eta / substeps;
                  const auto   rate = edge->rate(theta, dt);
                  theta += dt * rate.velocity;
                  oscillation = rate.oscillation;
                }
              break;
          }
      }

      Point<dim>              theta;
      SymmetricTensor<2, dim> oscillation;

    private:
      void flow()
      {
        namespace odeint           = boost::numeric::odeint;
        using State                = std::array<double, dim>;
        constexpr double tolerance = 1e-10;
        State            x;
        for (unsigned int d = 0; d < dim; ++d)
          x[d] = theta[d];
        odeint::integrate_adaptive(
          odeint::make_controlled(tolerance,
                                  tolerance,
                                  odeint::runge_kutta_dopri5<State>()),
          [this](const State &at, State &slope, const double /*t*/) {
            Point<dim> point;
            for (unsigned int d = 0; d < dim; ++d)
              point[d] = at[d];
            const Tensor<1, dim> v = loss.velocity(point);
            for (unsigned int d = 0; d < dim; ++d)
              slope[d] = v[d];
          },
          x,
          0.,
          eta,
          eta / 10);
        for (unsigned int d = 0; d < dim; ++d)
          theta[d] = x[d];
      }

      const PathKind                              kind;
      const Loss<dim>                            &loss;
      const double                                eta;
      const unsigned int                          substeps;
      std::unique_ptr<const EdgeOfStability<dim>> edge;
    };
  } // namespace



  std::string to_text(const PathKind kind)
  {
    switch (kind)
      {
        case PathKind::gradient_descent:
          return "gradient descent";
        case PathKind::gradient_flow:
          return "gradient flow";
        default:
          return "central flow";
      }
  }



  template <int dim>
  Path<dim> follow_path(const PathKind        kind,
                        const Loss<dim>      &loss,
                        const double          eta,
                        const Point<dim>     &start,
                        const PathParameters &parameters)
  {
    Path<dim>   path;
    Walker<dim> walker(kind, loss, eta, start, parameters.substeps);
    path.kind                = kind;
    const unsigned int every = std::max(1u, parameters.steps / parameters.rows);
    const unsigned int window = parameters.average_from * parameters.steps;
    unsigned int       n      = 0;
    Tensor<2, dim>     spread; // about the running mean
    path.moments.push_back({0., start, 0.});
    for (unsigned int k = 1; k <= parameters.steps; ++k)
      {
        walker.advance();
        if (is_lost(walker.theta))
          {
            path.has_diverged = true;
            path.end          = walker.theta;
            return path;
          }
        if (k % every == 0 || k == parameters.steps)
          path.moments.push_back(
            {k * eta, walker.theta, trace(walker.oscillation)});
        if (k > window)
          {
            ++n;
            const Tensor<1, dim> before = walker.theta - path.mean;
            path.mean += before / n;
            spread +=
              outer_product(before, Tensor<1, dim>(walker.theta - path.mean));
            spread += Tensor<2, dim>(walker.oscillation);
          }
      }
    path.end        = walker.theta;
    path.covariance = symmetrize(spread / std::max(1u, n));
    if (kind == PathKind::central_flow)
      {
        Walker<dim> finer(kind, loss, eta, start, 2 * parameters.substeps);
        for (unsigned int k = 0; k < parameters.steps; ++k)
          finer.advance();
        path.error = finer.theta.distance(walker.theta);
      }
    return path;
  }



  template <int dim>
  std::vector<std::vector<Point<dim>>>
  bifurcation(const Loss<dim>           &loss,
              const std::vector<double> &learning_rates,
              const Point<dim>          &start,
              const unsigned int         steps,
              const unsigned int         n_last)
  {
    std::vector<std::vector<Point<dim>>> result;
    for (const double eta : learning_rates)
      {
        Walker<dim> walker(PathKind::gradient_descent, loss, eta, start, 1);
        result.emplace_back();
        for (unsigned int k = 0; k < steps && !is_lost(walker.theta); ++k)
          {
            walker.advance();
            if (k + n_last >= steps)
              result.back().push_back(walker.theta);
          }
        if (is_lost(walker.theta))
          result.back().clear();
      }
    return result;
  }



#define INSTANTIATE(dim)                                                             \
  template Path<dim>                            follow_path(const PathKind,          \
                                                            const Loss<dim> &,       \
                                                            const double,            \
                                                            const Point<dim> &,      \
                                                            const PathParameters &); \
  template std::vector<std::vector<Point<dim>>> bifurcation(                         \
    const Loss<dim> &,                                                               \
    const std::vector<double> &,                                                     \
    const Point<dim> &,                                                              \
    const unsigned int,                                                              \
    const unsigned int);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
#undef INSTANTIATE
} // namespace sgdfp
