// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/loss.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"
#include "models/balanced_network.h"
#include "models/deep_linear_network.h"
#include "models/expression_loss.h"
#include "models/quadratic_loss.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace sgdfp
{
  using dealii::FullMatrix;

  template <int dim>
  MatrixField<dim>
  Loss<dim>::gradient_covariance(const dealii::Point<dim> &,
                                 const MatrixFieldDerivatives) const
  {
    AssertThrow(false,
                dealii::ExcMessage("This loss has no per-sample gradients."));
    return {};
  }



  template <int dim>
  dealii::Tensor<1, dim>
  Loss<dim>::velocity(const dealii::Point<dim> &theta) const
  {
    return -1. * (mobility() * gradient(theta));
  }



  template <int dim>
  dealii::Tensor<2, dim>
  Loss<dim>::velocity_gradient(const dealii::Point<dim> &theta) const
  {
    return -1. * (dealii::Tensor<2, dim>(hessian(theta)) *
                  dealii::Tensor<2, dim>(mobility()));
  }



  template <int dim>
  dealii::SymmetricTensor<2, dim> Loss<dim>::mobility() const
  {
    return dealii::unit_symmetric_tensor<dim>();
  }



  template <int dim>
  bool Loss<dim>::is_gradient_flow() const
  {
    return true;
  }



  template <int dim>
  VectorField<dim> Loss<dim>::noise_induced_drift(const dealii::Point<dim> &,
                                                  const double) const
  {
    return {};
  }



  template <int dim>
  boost::optional<double> Loss<dim>::lower_limit() const
  {
    return {};
  }



  template <int dim>
  std::string Loss<dim>::velocity_description() const
  {
    return mobility() == dealii::unit_symmetric_tensor<dim>() ?
             "-grad L" :
             "-M grad L with the constant M of a slice";
  }



  template <int dim>
  boost::optional<SliceLeak>
  Loss<dim>::slice_leak(const dealii::Point<dim> &) const
  {
    return {};
  }



  template <int dim>
  double Loss<dim>::weight_decay_loss(const dealii::Point<dim> &) const
  {
    return 0;
  }



  template <int dim>
  void Loss<dim>::check_at(const dealii::Point<dim> &theta) const
  {
    if (!std::isfinite(value(theta)) ||
        !std::isfinite(velocity(theta).norm()) ||
        !std::isfinite(velocity_gradient(theta).norm()))
      throw EntryError("Loss/type",
                       description(),
                       "it has no finite value or derivative at " +
                         to_text(theta),
                       "Move Domain/lower and upper away from there.");
  }



  template <int dim>
  bool Loss<dim>::has_scalar_gradient() const
  {
    return false;
  }



  template <int dim>
  double Loss<dim>::scalar_gradient(const dealii::Point<dim> &) const
  {
    Assert(false, dealii::ExcNotImplemented());
    return 0;
  }



  template <int dim>
  std::vector<Polynomial<dim>> Loss<dim>::descent_polynomials() const
  {
    return {};
  }



  template <int dim>
  std::vector<std::vector<Polynomial<dim>>> Loss<dim>::noise_polynomials() const
  {
    return {};
  }



  template <int dim>
  boost::optional<Polynomial<dim>> Loss<dim>::curvature_skewness() const
  {
    return {};
  }



  template <int dim>
  boost::optional<SampleGradient<dim>> Loss<dim>::sample_gradient() const
  {
    return {};
  }



  template <int dim>
  bool Loss<dim>::has_samples() const
  {
    return false;
  }



  template <int dim>
  unsigned int Loss<dim>::n_samples() const
  {
    return 0;
  }



  template <int dim>
  std::string Loss<dim>::collapse_without_floor(const double) const
  {
    return "";
  }



  template <int dim>
  std::string to_text(const dealii::Point<dim> &theta)
  {
    std::ostringstream text; // with 6 digits
    for (unsigned int d = 0; d < dim; ++d)
      text << (d == 0 ? "(" : ", ") << theta[d];
    text << ')';
    return text.str();
  }



  namespace
  {
    DataMoments make_moments(const LossParameters &p,
                             const std::string    &folder,
                             const MPI_Comm        communicator)
    {
      if (p.data == "file")
        {
          return DataMoments::from_file(communicator,
                                        p.data_file(folder),
                                        p.widths.front(),
                                        p.widths.back(),
                                        p.weights_of_rows());
        }
      if (p.inputs == "fixed")
        {
          std::vector<double> x;
          for (std::size_t b = 0; b < p.input_covariance.size(); ++b)
            x.push_back(std::sqrt(p.input_covariance[b][b]));
          return DataMoments::fixed_input(x,
                                          to_matrix(p.teacher),
                                          p.label_noise);
        }
      return DataMoments::gaussian(to_matrix(p.input_covariance),
                                   to_matrix(p.teacher),
                                   p.label_noise);
    }
  } // namespace



  template <int dim>
  std::unique_ptr<const Loss<dim>> make_loss(const LossParameters &p,
                                             const Vocabulary     &vocabulary,
                                             const std::string    &folder,
                                             const MPI_Comm        communicator)
  {
    if (p.type == "quadratic")
      {
        dealii::SymmetricTensor<2, dim> H;
        dealii::Tensor<1, dim>          minimum;
        for (unsigned int i = 0; i < dim; ++i)
          {
            minimum[i] = p.minimum[i];
            for (unsigned int j = i; j < dim; ++j)
              H[i][j] = p.hessian[i][j];
          }
        return std::make_unique<QuadraticLoss<dim>>(H, minimum, p.weight_decay);
      }
    if (p.type == "expression")
      return std::make_unique<ExpressionLoss<dim>>(
        parse_entry("Loss/Expression/loss", p.expression, vocabulary),
        p.expression,
        p.minimum_value,
        p.weight_decay);
    const NetworkLayout layout  = p.structure.layout(p.widths, dim);
    const DataMoments   moments = make_moments(p, folder, communicator);
    if (p.is_balanced())
      return std::make_unique<BalancedNetwork<dim>>(layout,
                                                    p.widths.size() - 1,
                                                    moments,
                                                    p.weight_decay);
    return std::make_unique<DeepLinearNetwork<dim>>(layout,
                                                    moments,
                                                    p.weight_decay);
  }



  template class Loss<1>;
  template class Loss<2>;
  template class Loss<3>;

  template std::string to_text(const dealii::Point<1> &);
  template std::string to_text(const dealii::Point<2> &);
  template std::string to_text(const dealii::Point<3> &);

  template std::unique_ptr<const Loss<1>> make_loss(const LossParameters &,
                                                    const Vocabulary &,
                                                    const std::string &,
                                                    const MPI_Comm);
  template std::unique_ptr<const Loss<2>> make_loss(const LossParameters &,
                                                    const Vocabulary &,
                                                    const std::string &,
                                                    const MPI_Comm);
  template std::unique_ptr<const Loss<3>> make_loss(const LossParameters &,
                                                    const Vocabulary &,
                                                    const std::string &,
                                                    const MPI_Comm);
} // namespace sgdfp
