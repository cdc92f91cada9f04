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



    template <int dim, typename Number>
    Matrix<dim, Number> multiply(const Matrix<dim, Number> &A,
                                 const Matrix<dim, Number> &B)
    {
      Matrix<dim, Number> product;
      for (unsigned int i = 0; i < dim; ++i)
        for (unsigned int j = 0; j < dim; ++j)
          {
            product[i][j] = 0.;
            for (unsigned int k = 0; k < dim; ++k)
              product[i][j] += A[i][k] * B[k][j];
          }
      return product;
    }



    /// q, e e^T and the share f of the noise along e that makes it oscillate,
    /// at a point.
    template <int dim, typename Number>
    struct Oscillation
    {
      SmoothTopEigenvalue<dim, Number> top;
      Number                           share, variance;

      Oscillation(const Matrix<dim, Number>     &H,
                  const Matrix<dim, Number>     &D_noise,
                  const SymmetricTensor<2, dim> &floor,
                  const double                   eta)
        : top(H, smoothing / eta, [](const Number &x) { return value_of(x); })
      {
        using std::sqrt;
        const Number w = top.value * (eta / 2);
        // What the oscillation adds in the linear chain: D_e/S/(1 - w) less
        // what the centre has, (1 - f)^2 D_e/S and the whole floor.
        Number excess = 1.;
        if (value_of(w) >= 1)
          {
            share  = 1.;
            excess = 1. / w;
          }
        else if (value_of(w) > 0)
          {
            const Number slope = w * w * ((w * 6. - 15.) * w + 10.); // f/w
            share              = w * slope;
            excess             = 1. + (1. - w) * (2. - share) * slope;
          }
        else
          share = 0.;
        Number added = 0.;
        for (unsigned int i = 0; i < dim; ++i)
          for (unsigned int j = 0; j < dim; ++j)
            added +=
              top.projector[i][j] * (D_noise[i][j] * excess + floor[i][j]);
        added *= eta * eta * 2.;
        const Number beyond = w * 2. - 2.;
        const Number root   = sqrt(beyond * beyond + added + tiny);
        // (beyond + root)/eta, without cancellation below the edge
        if (value_of(beyond) > 0)
          variance = (beyond + root) / eta;
        else
          variance = added / (root - beyond) / eta;
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
      floor,
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
    const Oscillation<dim, Number> oscillation(
      evaluate<dim, Number>(hessian, theta), D_noise, floor, learning_rate);
    // A = I - f e e^T
    Matrix<dim, Number> A;
    for (unsigned int i = 0; i < dim; ++i)
      for (unsigned int j = 0; j < dim; ++j)
        A[i][j] = (i == j ? 1. : 0.) -
                  oscillation.share * oscillation.top.projector[i][j];
    const auto D = multiply<dim, Number>(multiply<dim, Number>(A, D_noise), A);
    MatrixField<dim> result;
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
      floor,
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
