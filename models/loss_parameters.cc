// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/parameter_file.h"
#include "models/loss.h"

#include <deal.II/base/utilities.h>

#include <filesystem>

namespace sgdfp
{
  namespace Patterns = dealii::Patterns;

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
    prm.add_parameter("row weights",
                      row_weights,
                      "Weights of rows of the file, in place of those in its "
                      "column weight, or 1: row: weight; row-row: weight .., "
                      "rows counted from 1. A batch draws a row in proportion "
                      "to its weight; 0 takes it out");
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
      p.weights_of_rows();
      if (p.data == "file")
        return;
      if (!p.row_weights.empty())
        throw EntryError(network + "row weights",
                         p.row_weights,
                         "a population has no rows",
                         "Set data = file, or clear the entry.");
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



  RowWeights LossParameters::weights_of_rows() const
  {
    return parse_row_weights(network + "row weights", row_weights);
  }



  LossParameters
  LossParameters::on_other_data(const std::string &entry,
                                const std::string &changes,
                                const unsigned int dimension) const
  {
    LossParameters result = *this;
    result.row_weights    = "";
    ParameterFile file;
    result.add_parameters(file.handler());
    try
      {
        for (const std::string &change :
             dealii::Utilities::split_string_list(changes, '&'))
          file.override_entry("Loss/" + change, entry);
        // Not part of predictions, whatever the changes say.
        result.weight_decay = 0;
        result.check(dimension);
      }
    catch (const EntryError &error)
      {
        throw EntryError(entry, changes, error.reason, error.remedy);
      }
    catch (const UserError &error)
      {
        throw EntryError(entry,
                         changes,
                         error.what(),
                         "Write entries of section Loss, such as Quadratic/"
                         "minimum = 1, 0 & Quadratic/hessian = 1, 0; 0, 3.");
      }
    return result;
  }
} // namespace sgdfp
