// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_LOSS_H
#define SGDFP_MODELS_LOSS_H

#include "base/expression_entry.h"
#include "models/data_file.h"
#include "models/matrix_field.h"
#include "models/network_layout.h"
#include "models/polynomial.h"

#include <deal.II/base/parameter_handler.h>
#include <deal.II/base/symmetric_tensor.h>

#include <boost/optional.hpp>

#include <memory>
#include <string>
#include <vector>

namespace sgdfp
{
  /// How much of the motion of a larger network leaves the affine slice that a
  /// case looks at, at one point: squares of the gradient and of its part
  /// normal to the slice, traces of the noise covariance C and of its normal
  /// part.
  struct SliceLeak
  {
    double gradient = 0, normal_gradient = 0;
    double noise = 0, normal_noise = 0;
  };



  /// How one sample (x, y) of a linear network moves theta, per unit of
  /// learning rate:
  ///
  ///     -d theta_i = sum_ab slopes_ab,i (sum_c P_ac x_c x_b - y_a x_b)
  ///                  + decay_i,
  ///
  /// slopes_ab,i = sum_j M_ij d_j P_ab and decay the gradient of the weight
  /// decay, M = Loss::mobility(). For balanced layers (n_balanced > 1) these
  /// are of the network of a single layer, and theta is to be replaced by
  /// BalancedNetwork's formula.
  template <int dim>
  struct SampleGradient
  {
    /// P_ab, a slow
    std::vector<Polynomial<dim>> product;
    /// [ab][i]
    std::vector<std::array<Polynomial<dim>, dim>> slopes;
    std::array<Polynomial<dim>, dim>              decay;
    /// Layers of a balanced network, whose theta are end-to-end weights
    unsigned int n_balanced = 1;
    /// Weight decay of balanced layers, which is not in decay
    double balanced_decay = 0;
  };



  /// The loss L(theta) that SGD descends, how its parameters move, and the
  /// covariance of its per-sample gradient. Units: loss; parameters are
  /// dimensionless.
  template <int dim>
  class Loss
  {
  public:
    virtual ~Loss() = default;

    /// L(theta)
    virtual double value(const dealii::Point<dim> &theta) const = 0;

    /// grad L, length dim
    virtual dealii::Tensor<1, dim>
    gradient(const dealii::Point<dim> &theta) const = 0;

    /// Hess L, dim x dim; its largest eigenvalue is the sharpness
    virtual dealii::SymmetricTensor<2, dim>
    hessian(const dealii::Point<dim> &theta) const = 0;

    /// b = d theta/dt without noise; -mobility() grad L unless the class says
    /// otherwise
    virtual dealii::Tensor<1, dim>
    velocity(const dealii::Point<dim> &theta) const;

    /// [l][i] = d_l b_i
    virtual dealii::Tensor<2, dim>
    velocity_gradient(const dealii::Point<dim> &theta) const;

    /// The constant M of b = -M grad L and of isotropic noise, D = T M: I for
    /// ordinary parameters, (P^T P)^-1 for coordinates on an affine slice
    /// psi = psi_0 + P theta.
    virtual dealii::SymmetricTensor<2, dim> mobility() const;

    /// Whether b = -M grad L. With D = T M the law is then Gibbs at T.
    virtual bool is_gradient_flow() const;

    /// Drift that the minibatch noise induces because the parameters are
    /// curved coordinates, per unit of the factor f in D = f C; 0 for ordinary
    /// parameters.
    /// @param a the calculus of the noise (Dynamics)
    virtual VectorField<dim>
    noise_induced_drift(const dealii::Point<dim> &theta, const double a) const;

    /// C(theta) = Cov of what one sample's gradient adds to d theta/dt, with
    /// the derivatives asked for: the covariance of the per-sample gradient,
    /// for ordinary parameters. C does not contain weight decay, which is the
    /// same for every sample [numerics.md, 0 and 8].
    /// Only where has_samples().
    virtual MatrixField<dim>
    gradient_covariance(const dealii::Point<dim>    &theta,
                        const MatrixFieldDerivatives derivatives) const;

    /// The value that no parameter goes below, if there is one: a box that
    /// begins there is not cut off there.
    virtual boost::optional<double> lower_limit() const;

    /// b in words, for the screen.
    virtual std::string velocity_description() const;

    /// Only for a slice of a larger network; empty otherwise.
    virtual boost::optional<SliceLeak>
    slice_leak(const dealii::Point<dim> &theta) const;

    /// The part (w/2)|psi|^2 of L that is weight decay; 0 unless the class says
    /// otherwise
    virtual double weight_decay_loss(const dealii::Point<dim> &theta) const;

    /// @throws UserError where L or its derivatives are not finite, or L is not
    /// what the user says it is
    virtual void check_at(const dealii::Point<dim> &theta) const;

    /// Whether scalar_gradient() exists: a scalar network of one parameter.
    virtual bool has_scalar_gradient() const;

    /// g(theta) >= 0: what one unit of noise of the scalar output adds to
    /// d theta, the noise g(theta) dZ of SGD with heavy-tailed samples.
    virtual double scalar_gradient(const dealii::Point<dim> &theta) const;

    /// Whether the loss is a mean over samples, so that C exists.
    virtual bool has_samples() const;

    /// Number of samples of a data file; 0 for a population.
    virtual unsigned int n_samples() const;

    /// -b as polynomials of theta, where it is (without noise); empty
    /// otherwise.
    virtual std::vector<Polynomial<dim>> descent_polynomials() const;

    /// Rows g_r of polynomials with C = sum_r g_r g_r^T, where has_samples()
    /// and they exist; empty otherwise.
    virtual std::vector<std::vector<Polynomial<dim>>> noise_polynomials() const;

    /// E[z_i z_j d_j z_i] (summed over i, j), z what one sample's gradient has
    /// beyond grad L, as a polynomial (BatchSharpness); empty where it is not
    /// known.
    virtual boost::optional<Polynomial<dim>> curvature_skewness() const;

    /// How the gradient of a sample depends on it; empty unless the loss is
    /// that of a linear network.
    virtual boost::optional<SampleGradient<dim>> sample_gradient() const;

    /// Why pure minibatch noise has no density under this loss, or "".
    /// @param a the calculus of the noise (Dynamics)
    virtual std::string collapse_without_floor(const double a) const;

    /// One line for the screen: the equation in words.
    virtual std::string description() const = 0;
  };



  /// "(0.5, 1)", for messages
  template <int dim>
  std::string to_text(const dealii::Point<dim> &theta);



  /// Entries of subsection Loss.
  struct LossParameters
  {
    std::string type         = "deep linear network";
    double      weight_decay = 0;

    std::vector<std::vector<double>> hessian = {{1, 0}, {0, 3}};
    std::vector<double>              minimum = {0, 0};

    std::vector<unsigned int>        widths           = {1, 1, 1};
    std::string                      data             = "population";
    std::string                      inputs           = "gaussian";
    std::vector<std::vector<double>> input_covariance = {{1}};
    std::vector<std::vector<double>> teacher          = {{1}};
    double                           label_noise      = 0.5;
    std::string                      file             = "data.csv";
    std::string                      row_weights      = "";
    NetworkStructure                 structure;

    std::string expression    = "0.5*(u*v-1)^2";
    std::string constants     = "";
    std::string minimum_value = "";

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError for values that fit their type but not each other.
    void check(const unsigned int dimension) const;

    /// Whether the parameters are end-to-end weights of balanced layers, which
    /// are not negative.
    bool is_balanced() const;

    /// Path of the data file: in @p folder if there is one of that name.
    std::string data_file(const std::string &folder) const;

    /// Those that the case gives.
    RowWeights weights_of_rows() const;

    /// The loss of predictions on other data: no weight decay, and some other
    /// entries, given as "Quadratic/minimum = 1, 0 & Quadratic/hessian = ..".
    /// @param entry of the case that says so, for messages
    /// @throws EntryError
    LossParameters on_other_data(const std::string &entry,
                                 const std::string &changes,
                                 const unsigned int dimension) const;
  };



  /// The factory. @p folder is where relative data files are looked for first,
  /// @p vocabulary what an expression may name.
  /// @throws UserError for data that cannot be read or an expression that
  /// cannot be parsed.
  template <int dim>
  std::unique_ptr<const Loss<dim>> make_loss(const LossParameters &parameters,
                                             const Vocabulary     &vocabulary,
                                             const std::string    &folder,
                                             const MPI_Comm communicator);
} // namespace sgdfp

#endif
