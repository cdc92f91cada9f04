// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_MODELS_LOSS_H
#define SGDFP_MODELS_LOSS_H

#include "models/matrix_field.h"

#include <deal.II/base/parameter_handler.h>
#include <deal.II/base/symmetric_tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace sgdfp
{
  /// The loss L(theta) that SGD descends, and the covariance of its per-sample
  /// gradient. Units: loss; parameters are dimensionless.
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

    /// C(theta) = Cov of the per-sample gradient with the derivatives asked
    /// for; C does not contain weight decay, which is the same for every
    /// sample [numerics.md, 0 and 8].
    /// Only where has_samples().
    virtual MatrixField<dim>
    gradient_covariance(const dealii::Point<dim>    &theta,
                        const MatrixFieldDerivatives derivatives) const;

    /// Whether the loss is a mean over samples, so that C exists.
    virtual bool has_samples() const;

    /// Number of samples of a data file; 0 for a population.
    virtual unsigned int n_samples() const;

    /// Why pure minibatch noise has no density under this loss, or "".
    virtual std::string collapse_without_floor() const;

    /// One line for the screen: the equation in words.
    virtual std::string description() const = 0;
  };



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

    void add_parameters(dealii::ParameterHandler &prm);

    /// @throws EntryError for values that fit their type but not each other.
    void check(const unsigned int dimension) const;
  };



  /// The factory. @p folder is where relative data files are looked for first.
  /// @throws UserError for data that cannot be read.
  template <int dim>
  std::unique_ptr<const Loss<dim>> make_loss(const LossParameters &parameters,
                                             const std::string    &folder,
                                             const MPI_Comm communicator);
} // namespace sgdfp

#endif
