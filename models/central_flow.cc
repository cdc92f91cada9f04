// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/central_flow.h"

#include "base/errors.h"
#include "models/top_eigenvalue.h"

#include <Sacado.hpp>

namespace sgdfp
{
  using dealii::Point;
  using dealii::SymmetricTensor;
  using dealii::Tensor;

  namespace
  {
    // Smoothing of crossing eigenvalues, in units of 1/eta.
    constexpr double smoothing = 0.05;

    // Of q: the variance that a curvature beyond the edge lets grow.
    constexpr double kappa = 2;

    /// First and second derivatives by automatic differentiation.
    template <int dim>
    using First = Sacado::Fad::SFad<double, dim>;
    template <int dim>
    using Second = Sacado::Fad::SFad<First<dim>, dim>;

    double value_of(const double x)
    {
      return x;
    }

    template <int dim>
    double value_of(const Second<dim> &x)
    {
      return x.val().val();
    }

    template <int dim, typename Number>
    using Matrix = std::array<std::array<Number, dim>, dim>;



    template <int dim>
    void evaluate(const PolynomialJet<dim> &jet,
                  const Point<dim>         &theta,
                  double                   &result)
    {
      result = jet.value(theta);
    }

    template <int dim>
    void evaluate(const PolynomialJet<dim> &jet,
                  const Point<dim>         &theta,
                  Second<dim>              &result)
    {
      First<dim> value(jet.value(theta));
      for (unsigned int i = 0; i < dim; ++i)
        value.fastAccessDx(i) = jet.first[i](theta);
      result = Second<dim>(value);
      for (unsigned int i = 0; i < dim; ++i)
        {
          First<dim> slope(jet.first[i](theta));
          for (unsigned int j = 0; j < dim; ++j)
            slope.fastAccessDx(j) = jet.second[i][j](theta);
          result.fastAccessDx(i) = slope;
        }
    }

    template <int dim, typename Number>
    Matrix<dim, Number> evaluate(const PolynomialJetMatrix<dim> &jets,
                                 const Point<dim>               &theta)
    {
      Matrix<dim, Number> result;
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          evaluate(jets[i][j], theta, result[i][j]);
      return result;
    }



    /// tr(A B), both symmetric
    template <int dim, typename Number>
    Number contract(const Matrix<dim, Number> &A, const Matrix<dim, Number> &B)
    {
      Number sum = 0.;
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          sum += A[i][j] * B[i][j];
      return sum;
    }



    /// q and e e^T at a point.
    template <int dim, typename Number>
    struct Oscillation
    {
      SmoothTopEigenvalue<dim, Number> top;
      Number                           variance;

      Oscillation(const Matrix<dim, Number> &H,
                  const Matrix<dim, Number> &D_noise,
                  const double               eta)
        : top(H, smoothing / eta, [](const Number &x) { return value_of(x); })
      {
        using std::sqrt;
        const Number &S     = top.value;
        const Number  delta = S * (S * eta - 2.) * 0.5;
        const Number eta_c = contract<dim, Number>(top.projector, D_noise) * 2.;
        const Number root  = sqrt(delta * delta + eta_c * (2. / kappa) + tiny);
        // delta + root, without cancellation below the edge
        if (value_of(delta) > 0)
          variance = (delta + root) * (kappa / 2);
        else
          variance = eta_c / (root - delta);
      }

      // Keeps the root differentiable where neither noise nor curvature is.
      static constexpr double tiny = 1e-24;
    };
  } // namespace



  template <int dim>
  CentralFlow<dim>::CentralFlow(
    const Loss<dim>                       &loss,
    const double                           learning_rate,
    const double                           minibatch_factor,
    const dealii::SymmetricTensor<2, dim> &constant_diffusion,
    const dealii::SymmetricTensor<2, dim> &floor)
    : learning_rate(learning_rate)
    , floor(floor)
  {
    const auto polynomials = loss.descent_polynomials();
    if (polynomials.empty() || !loss.is_gradient_flow())
      throw EntryError("Optimiser/drift",
                       "central flow",
                       "needs a loss whose gradient is a polynomial in the "
                       "parameters",
                       "Use Loss/type = quadratic, a polynomial expression or "
                       "a deep linear network with structure = full or "
                       "diagonal, or drift = gradient flow.");
    for (unsigned int i = 0; i < dim; ++i)
      {
        descent[i] = PolynomialJet<dim>(polynomials[i]);
        for (unsigned int j = 0; j < dim; ++j)
          {
            const auto H_ij = polynomials[i].derivative(j);
            hessian[i][j]   = PolynomialJet<dim>(H_ij);
            for (unsigned int l = 0; l < dim; ++l)
              third[l][i][j] = PolynomialJet<dim>(H_ij.derivative(l));
            Polynomial<dim> D_ij(constant_diffusion[i][j]);
            if (minibatch_factor > 0)
              for (const auto &row : loss.noise_polynomials())
                D_ij = D_ij + row[i] * row[j] * minibatch_factor;
            noise[i][j] = PolynomialJet<dim>(D_ij);
          }
      }
  }



  template <int dim>
  VectorField<dim> CentralFlow<dim>::drift(const Point<dim> &theta) const
  {
    using Number = Second<dim>;
    const Oscillation<dim, Number> oscillation(
      evaluate<dim, Number>(hessian, theta),
      evaluate<dim, Number>(noise, theta),
      learning_rate);
    VectorField<dim> b;
    for (unsigned int i = 0; i < dim; ++i)
      {
        Number slope;
        evaluate(descent[i], theta, slope);
        const Number grad_S =
          contract<dim, Number>(oscillation.top.projector,
                                evaluate<dim, Number>(third[i], theta));
        const Number b_i = -slope - oscillation.variance * grad_S * 0.5;
        b.value[i]       = value_of(b_i);
        for (unsigned int l = 0; l < dim; ++l)
          b.gradient[l][i] = b_i.fastAccessDx(l).val();
      }
    return b;
  }



  template <int dim>
  MatrixField<dim>
  CentralFlow<dim>::diffusion(const Point<dim>            &theta,
                              const MatrixFieldDerivatives derivatives) const
  {
    using Number       = Second<dim>;
    const auto D_noise = evaluate<dim, Number>(noise, theta);
    const auto P =
      SmoothTopEigenvalue<dim, Number>(evaluate<dim, Number>(hessian, theta),
                                       smoothing / learning_rate,
                                       [](const Number &x) {
                                         return value_of(x);
                                       })
        .projector;
    // (I - P) D_noise (I - P)
    Matrix<dim, Number> left, D;
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = 0; j < dim; ++j)
        {
          left[i][j] = D_noise[i][j];
          for (unsigned int k = 0; k < dim; ++k)
            left[i][j] -= P[i][k] * D_noise[k][j];
        }
    MatrixField<dim> result;
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = 0; j < dim; ++j)
        {
          D[i][j] = left[i][j];
          for (unsigned int k = 0; k < dim; ++k)
            D[i][j] -= left[i][k] * P[k][j];
        }
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = 0; j < dim; ++j)
        {
          const Number &D_ij = D[i][j];
          if (i <= j)
            result.value[i][j] = value_of(D_ij) + floor[i][j];
          result.divergence[i] += D_ij.val().fastAccessDx(j);
          if (derivatives == MatrixFieldDerivatives::all)
            for (unsigned int l = 0; l < dim; ++l)
              {
                result.gradient[l][i][j] = D_ij.val().fastAccessDx(l);
                result.divergence_gradient[l][i] +=
                  D_ij.fastAccessDx(j).fastAccessDx(l);
              }
        }
    return result;
  }



  template <int dim>
  SymmetricTensor<2, dim>
  CentralFlow<dim>::oscillation(const Point<dim> &theta) const
  {
    const Oscillation<dim, double> oscillation(
      evaluate<dim, double>(hessian, theta),
      evaluate<dim, double>(noise, theta),
      learning_rate);
    SymmetricTensor<2, dim> Q;
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = i; j < dim; ++j)
        Q[i][j] = oscillation.variance * oscillation.top.projector[i][j];
    return Q;
  }



  template <int dim>
  std::string CentralFlow<dim>::description() const
  {
    return " - (q/2) grad S, the central flow of SGD at the edge of stability";
  }



  template class CentralFlow<1>;
  template class CentralFlow<2>;
  template class CentralFlow<3>;
} // namespace sgdfp
