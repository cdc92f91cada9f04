// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/loss.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "models/deep_linear_network.h"
#include "models/quadratic_loss.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

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
  std::string Loss<dim>::collapse_without_floor() const
  {
    return "";
  }



  void LossParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    prm.enter_subsection("Loss");
    prm.add_parameter(
      "type",
      type,
      "The loss: 1/2 (theta-m)^T H (theta-m), or 1/2 E|f(x)-y|^2 "
      "of a deep linear network f(x) = ... W_2 W_1 x",
      Patterns::Selection("quadratic|deep linear network"));
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
      std::string widths_text;
      for (const unsigned int w : p.widths)
        widths_text += (widths_text.empty() ? "" : ", ") + std::to_string(w);
      unsigned long n = 0;
      for (std::size_t l = 0; l + 1 < p.widths.size(); ++l)
        n += static_cast<unsigned long>(p.widths[l]) * p.widths[l + 1];
      if (n != dimension)
        throw EntryError(network + "widths",
                         widths_text,
                         "such a network has " + std::to_string(n) +
                           " parameters and dimension is " +
                           std::to_string(dimension),
                         n <= 3 ? "Set dimension = " + std::to_string(n) +
                                    " or change the widths." :
                                  "This program treats 1 to 3 parameters: "
                                  "choose a smaller network.");
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
          namespace fs                = std::filesystem;
          const fs::path  beside_case = fs::path(folder) / p.file;
          std::error_code ignored;
          return DataMoments::from_file(communicator,
                                        (fs::exists(beside_case, ignored) ?
                                           beside_case.string() :
                                           p.file),
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
    else
      check_network(*this, dimension);
  }



  template <int dim>
  std::unique_ptr<const Loss<dim>> make_loss(const LossParameters &p,
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
    return std::make_unique<DeepLinearNetwork<dim>>(
      p.widths, make_moments(p, folder, communicator), p.weight_decay);
  }



  template class Loss<1>;
  template class Loss<2>;
  template class Loss<3>;

  template std::unique_ptr<const Loss<1>>
  make_loss(const LossParameters &, const std::string &, const MPI_Comm);
  template std::unique_ptr<const Loss<2>>
  make_loss(const LossParameters &, const std::string &, const MPI_Comm);
  template std::unique_ptr<const Loss<3>>
  make_loss(const LossParameters &, const std::string &, const MPI_Comm);
} // namespace sgdfp
