// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/observables.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/base/utilities.h>

#include <iostream>
#include <sstream>

namespace sgdfp
{
  using dealii::Point;

  void ObservableParameters::add_parameters(dealii::ParameterHandler &prm)
  {
    prm.enter_subsection("Observables");
    prm.add_parameter("functions",
                      functions,
                      "name: expression; name: expression .. in the variables "
                      "of the case; an if(condition, 1, 0) is a probability");
    prm.add_parameter("probe points",
                      probe_points,
                      "Points where density, current and loss are reported");
    prm.leave_subsection();
  }



  void ObservableParameters::check(const std::vector<double> &lower,
                                   const std::vector<double> &upper) const
  {
    for (const auto &point : probe_points)
      {
        const std::string text = to_text(MatrixRows{point});
        if (point.size() != lower.size())
          throw EntryError("Observables/probe points",
                           text,
                           "the dimension is " + std::to_string(lower.size()),
                           "Separate coordinates by commas and points by "
                           "semicolons.");
        for (std::size_t d = 0; d < point.size(); ++d)
          if (!(lower[d] <= point[d] && point[d] <= upper[d]))
            throw EntryError("Observables/probe points",
                             text,
                             "that point is outside the box",
                             "Move it, or enlarge Domain/lower and upper.");
      }
  }



  namespace
  {
    bool can_jump(const std::string &expression)
    {
      for (const char *word :
           {"if", "<", ">", "=", "&", "|", "?", "int", "floor", "ceil", "sign"})
        if (expression.find(word) != std::string::npos)
          return true;
      return false;
    }



    /// Keeps what is written to std::cerr for as long as it lives:
    /// FunctionParser prints muParser's complaint there, on every rank.
    class CapturedErrors
    {
    public:
      CapturedErrors()
        : previous(std::cerr.rdbuf(text.rdbuf()))
      {}

      ~CapturedErrors()
      {
        std::cerr.rdbuf(previous);
      }

      std::ostringstream text;

    private:
      std::streambuf *previous;
    };



    /// Initialises @p function. @return "" or why the expression is unusable
    template <int dim>
    std::string why_not_parsed(dealii::FunctionParser<dim> &function,
                               const std::string           &variables,
                               const std::string           &expression)
    {
      const CapturedErrors captured;
      try
        {
          function.initialize(variables,
                              expression,
                              {{"pi", dealii::numbers::PI}});
          function.value(Point<dim>());
          return "";
        }
      catch (const std::exception &)
        {
          // muParser's own words: "Message:  <Unexpected token ..>".
          std::string words = captured.text.str();
          words             = words.substr(0, words.find("Formula:"));
          const auto start = words.find('<'), end = words.rfind('>');
          if (start == std::string::npos || end <= start)
            return "it cannot be parsed";
          return "it cannot be parsed (" +
                 dealii::Utilities::trim(
                   words.substr(start + 1, end - start - 1)) +
                 ")";
        }
    }
  } // namespace



  template <int dim>
  Observables<dim>::Observables(const ObservableParameters     &parameters,
                                const std::vector<std::string> &variables)
  {
    const std::string entry = "Observables/functions";
    std::string       names;
    for (const std::string &name : variables)
      names += (names.empty() ? "" : ",") + name;

    for (const std::string &item :
         dealii::Utilities::split_string_list(parameters.functions, ';'))
      {
        if (item.empty())
          continue;
        const auto colon = item.find(':');
        if (colon == std::string::npos || colon == 0)
          throw EntryError(entry,
                           item,
                           "it has no name",
                           "Write name: expression, for example product: u*v.");
        Observable observable;
        observable.name = dealii::Utilities::trim(item.substr(0, colon));
        const std::string expression =
          dealii::Utilities::trim(item.substr(colon + 1));
        observable.has_jumps = can_jump(expression);
        observable.function  = std::make_unique<dealii::FunctionParser<dim>>(1);
        const std::string why =
          why_not_parsed(*observable.function, names, expression);
        if (!why.empty())
          throw EntryError(entry,
                           item,
                           why,
                           "The variables are " + names + ".");
        observables.push_back(std::move(observable));
      }
  }



  template <int dim>
  void
  Observables<dim>::visit(const typename Postprocessor<dim>::Sample &sample)
  {
    const double dm = sample.law.density() * sample.weight;
    for (Observable &observable : observables)
      {
        if (observable.has_jumps)
          continue;
        const double value = observable.function->value(sample.theta);
        observable.first += value * dm;
        observable.second += value * value * dm;
      }
  }



  template <int dim>
  void Observables<dim>::finish(const Law<dim> &law, Summary &summary)
  {
    using dealii::Utilities::MPI::sum;
    summary.set("observables", Summary::Json::object());
    const MPI_Comm communicator = law.discretisation.communicator;
    for (Observable &observable : observables)
      {
        if (observable.has_jumps)
          integrate_jumps(law, observable);
        const double      mean   = sum(observable.first, communicator);
        const double      square = sum(observable.second, communicator);
        const std::string path   = "observables/" + observable.name;
        summary.set(path + "/mean", mean);
        summary.set(path + "/variance", square - mean * mean);
      }
  }



  template <int dim>
  void Observables<dim>::integrate_jumps(const Law<dim> &law,
                                         Observable     &observable) const
  {
    using namespace dealii;
    constexpr unsigned int pieces = (dim == 1 ? 16384 : dim == 2 ? 64 : 16);
    const auto            &discretisation = law.discretisation;
    const UpdateFlags      flags          = update_values | update_gradients |
                              update_quadrature_points | update_JxW_values;
    FEValues<dim> coarse(discretisation.mapping,
                         discretisation.element,
                         discretisation.quadrature,
                         flags);
    FEValues<dim> fine(discretisation.mapping,
                       discretisation.element,
                       QIterated<dim>(QMidpoint<1>(), pieces),
                       flags);

    std::vector<LocalLaw<dim>> values;
    const auto                 add = [&](const FEValues<dim> &fe_values) {
      law.evaluate(fe_values, false, values);
      for (unsigned int q = 0; q < values.size(); ++q)
        {
          const double value =
            observable.function->value(fe_values.quadrature_point(q));
          const double dm = values[q].density() * fe_values.JxW(q);
          observable.first += value * dm;
          observable.second += value * value * dm;
        }
    };
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned())
        {
          coarse.reinit(cell);
          const double some        = observable.function->value(cell->center());
          bool         is_constant = true;
          for (const unsigned int v : cell->vertex_indices())
            is_constant = is_constant &&
                          observable.function->value(cell->vertex(v)) == some;
          for (const Point<dim> &x : coarse.get_quadrature_points())
            is_constant = is_constant && observable.function->value(x) == some;
          if (is_constant)
            add(coarse);
          else
            {
              fine.reinit(cell);
              add(fine);
            }
        }
  }



  namespace
  {
    /// Sums density and current over the cells of this rank that hold @p x:
    /// (number of cells, p, J_1, .., J_dim).
    template <int dim>
    std::vector<double> probe(const Law<dim> &law, const Point<dim> &x)
    {
      constexpr double           tolerance = 1e-12; // relative to the cell
      std::vector<double>        sums(dim + 2, 0.);
      std::vector<LocalLaw<dim>> values;
      const auto                 flux =
        law.dynamics.flux(x, MatrixFieldDerivatives::divergence);
      for (const auto &cell :
           law.discretisation.dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            const Point<dim> unit =
              law.discretisation.mapping.transform_real_to_unit_cell(cell, x);
            if (!dealii::GeometryInfo<dim>::is_inside_unit_cell(unit,
                                                                tolerance))
              continue;
            law.evaluate(cell, {unit}, values);
            const auto J = values[0].current(flux);
            sums[0] += 1;
            sums[1] += values[0].density();
            for (unsigned int d = 0; d < dim; ++d)
              sums[2 + d] += J[d];
          }
      dealii::Utilities::MPI::sum(sums, law.discretisation.communicator, sums);
      return sums;
    }
  } // namespace



  template <int dim>
  void write_probes(const Law<dim>             &law,
                    const ObservableParameters &parameters,
                    Summary                    &summary)
  {
    summary.set("probes", Summary::Json::array());
    for (const auto &coordinates : parameters.probe_points)
      {
        Point<dim> x;
        for (unsigned int d = 0; d < dim; ++d)
          x[d] = coordinates[d];
        const std::vector<double> sums    = probe(law, x);
        Summary::Json             current = Summary::Json::array();
        for (unsigned int d = 0; d < dim; ++d)
          current.push_back(sums[2 + d] / sums[0]);
        summary.append("probes",
                       {{"theta", coordinates},
                        {"density", sums[1] / sums[0]},
                        {"current", current},
                        {"loss", law.dynamics.loss().value(x)}});
      }
  }



#define INSTANTIATE(dim)                                   \
  template class Observables<dim>;                         \
  template void write_probes(const Law<dim> &,             \
                             const ObservableParameters &, \
                             Summary &);

  INSTANTIATE(1)
  INSTANTIATE(2)
  INSTANTIATE(3)
} // namespace sgdfp
