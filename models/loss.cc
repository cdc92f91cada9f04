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
#include <filesystem>
#include <sstream>

namespace sgdfp
{
  using dealii::FullMatrix;
  namespace Patterns = dealii::Patterns;

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



  void LossParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    prm.enter_subsection("Loss");
    prm.add_parameter(
      "type",
      type,
      "The loss: 1/2 (theta-m)^T H (theta-m), 1/2 E|f(x)-y|^2 "
      "of a deep linear network f(x) = ... W_2 W_1 x, or an expression",
      Patterns::Selection("quadratic|deep linear network|expression"));
    prm.add_parameter("weight decay",
                      weight_decay,
                      "Adds (weight decay/2) |theta|^2 to the loss",
                      Patterns::Double(0));

    prm.enter_subsection("Quadratic");
    prm.add_parameter("hessian",
                      hessian,
                      "H, symmetric, dimension x dimension");
    prm.add_parameter("minimum", minimum, "m, one number per parameter");
    prm.leave_subsection();

    prm.enter_subsection("Deep linear network");
    prm.add_parameter("widths",
                      widths,
                      "Input, hidden .., output width; the parameters are the "
                      "entries of W_1, W_2, .. row by row",
                      Patterns::List(Patterns::Integer(1), 2));
    prm.add_parameter("data",
                      data,
                      "Exact moments of a population, or the rows of a file",
                      Patterns::Selection("population|file"));
    prm.add_parameter("inputs",
                      inputs,
                      "Population: x ~ N(0, input covariance), or one fixed x, "
                      "the square roots of the covariance's diagonal",
                      Patterns::Selection("gaussian|fixed"));
    prm.add_parameter("input covariance",
                      input_covariance,
                      "E[x x^T] of the population, inputs x inputs");
    prm.add_parameter("teacher",
                      teacher,
                      "End-to-end matrix of the population's labels, outputs x "
                      "inputs");
    prm.add_parameter("label noise",
                      label_noise,
                      "Standard deviation of the label noise of the population",
                      Patterns::Double(0));
    prm.add_parameter("file",
                      file,
                      "CSV with header x1,..,y1,..; a relative path is taken "
                      "from the folder of the case file");
    prm.add_parameter(
      "structure",
      structure.structure,
      "full: every entry of every W is a parameter; diagonal: the diagonals "
      "are, layer after layer (elementwise products); balanced: one parameter "
      "w >= 0 per mode, the product of layers of equal absolute value",
      Patterns::Selection("full|diagonal|balanced"));
    prm.add_parameter("shared weights",
                      structure.shared_weights,
                      "Groups of equal layers, such as 1,2,3 ; 4,5, or none");
    prm.add_parameter(
      "slice",
      structure.slice,
      "Affine slice of a larger network: offset; direction; direction .., each "
      "with one number per weight. The parameters are the coordinates; what "
      "leaves the slice is projected away, and reported");
    prm.leave_subsection();

    prm.enter_subsection("Expression");
    prm.add_parameter("loss",
                      expression,
                      "L as a function of the variables; its derivatives are "
                      "symbolic");
    prm.add_parameter("constants",
                      constants,
                      "Names for numbers, such as w=1, k=2*pi; every "
                      "expression of the case may use them");
    prm.add_parameter("minimum value",
                      minimum_value,
                      "The least value of L, if known: a loss below it is "
                      "reported as a mistake");
    prm.leave_subsection();
    prm.leave_subsection();
  }



  namespace
  {
    const std::string network = "Loss/Deep linear network/";



    void check_quadratic(const LossParameters &p, const unsigned int dimension)
    {
      check_matrix("Loss/Quadratic/hessian", p.hessian, dimension, dimension);
      check_symmetric("Loss/Quadratic/hessian", p.hessian);
      if (p.minimum.size() != dimension)
        throw EntryError("Loss/Quadratic/minimum",
                         to_text({p.minimum}),
                         "the dimension is " + std::to_string(dimension),
                         "Give one number per parameter.");
    }



    void check_network(const LossParameters &p, const unsigned int dimension)
    {
      p.structure.layout(p.widths, dimension);
      if (p.data == "file")
        return;
      const unsigned int n_in = p.widths.front(), n_out = p.widths.back();
      check_matrix(network + "input covariance",
                   p.input_covariance,
                   n_in,
                   n_in);
      check_symmetric(network + "input covariance", p.input_covariance);
      check_positive_semidefinite(network + "input covariance",
                                  p.input_covariance);
      check_matrix(network + "teacher", p.teacher, n_out, n_in);
    }



    DataMoments make_moments(const LossParameters &p,
                             const std::string    &folder,
                             const MPI_Comm        communicator)
    {
      if (p.data == "file")
        {
          return DataMoments::from_file(communicator,
                                        p.data_file(folder),
                                        p.widths.front(),
                                        p.widths.back());
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



  void LossParameters::check(const unsigned int dimension) const
  {
    if (type == "quadratic")
      check_quadratic(*this, dimension);
    else if (type == "deep linear network")
      check_network(*this, dimension);
  }



  bool LossParameters::is_balanced() const
  {
    return type == "deep linear network" && structure.structure == "balanced" &&
           widths.size() > 2;
  }



  std::string LossParameters::data_file(const std::string &folder) const
  {
    namespace fs                = std::filesystem;
    const fs::path  beside_case = fs::path(folder) / file;
    std::error_code ignored;
    return fs::exists(beside_case, ignored) ? beside_case.string() : file;
  }



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
