// SPDX-License-Identifier: GPL-3.0-or-later
#include "postprocess/observables.h"

#include "base/errors.h"
#include "base/matrix_entry.h"
#include "base/text.h"
#include "operators/functional.h"
#include "postprocess/jump_quadrature.h"

#include <deal.II/base/quadrature_lib.h>
#include <deal.II/base/utilities.h>

#include <algorithm>
#include <cmath>

namespace sgdfp
{
  using dealii::Point;

  namespace
  {
    constexpr const char *functions_entry = "Observables/functions";
  }


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
    prm.add_parameter("row influence",
                      row_influence,
                      "Writes influence.csv: the derivative of the mean of "
                      "every observable by the weight of every row of the data "
                      "file");
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



  void MomentSum::add(const double value, const double dm, const bool is_outer)
  {
    lowest  = std::min(lowest, value);
    highest = std::max(highest, value);
    first += value * dm;
    second += value * value * dm;
    absolute += std::abs(value * dm);
    if (is_outer)
      {
        outer_absolute += std::abs(value * dm);
        outer_second += value * value * dm;
      }
  }



  void MomentSum::write(const std::string &path,
                        const MPI_Comm     communicator,
                        Summary           &summary) const
  {
    std::vector<double> sums = {
      first, second, absolute, outer_absolute, outer_second};
    dealii::Utilities::MPI::sum(sums, communicator, sums);
    const bool has_mean     = !(sums[3] > outer_share * sums[2]);
    const bool has_variance = has_mean && !(sums[4] > outer_share * sums[1]);
    if (has_mean)
      summary.set(path + "/mean", sums[0]);
    else
      summary.set_null(path + "/mean", heavy_tail);
    if (has_variance)
      // Round-off of a function that is constant.
      summary.set(path + "/variance",
                  std::max(0., sums[1] - sums[0] * sums[0]));
    else
      summary.set_null(path + "/variance", heavy_tail);
    summary.set(path + "/range",
                {dealii::Utilities::MPI::min(lowest, communicator),
                 dealii::Utilities::MPI::max(highest, communicator)});
  }



  void report_observable_errors(const double density_error, Summary &summary)
  {
    // By value: set() changes what is gone through
    const Summary::Json all =
      summary.json().value("observables", Summary::Json::object());
    for (const auto &[name, entry] : all.items())
      if (entry.contains("range") && entry.at("mean").is_number())
        summary.set("observables/" + name + "/error",
                    density_error / 2 *
                      (entry.at("range")[1].get<double>() -
                       entry.at("range")[0].get<double>()));
  }



  template <int dim>
  std::vector<double>
  Observables<dim>::Observable::conditions(const Point<dim> &theta) const
  {
    std::vector<double> result(switches.n_outputs());
    switches.evaluate(theta.begin_raw(), result.data());
    return result;
  }



  template <int dim>
  std::vector<double>
  Observables<dim>::Observable::level_values(const Point<dim> &theta) const
  {
    std::vector<double> result(levels.n_outputs());
    levels.evaluate(theta.begin_raw(), result.data());
    return result;
  }



  template <int dim>
  Observables<dim>::Observables(const ObservableParameters &parameters,
                                const Vocabulary           &vocabulary)
  {
    const std::string &text = parameters.functions;
    for (std::size_t begin = 0; begin < text.size();)
      {
        const std::size_t end   = std::min(text.find(';', begin), text.size());
        const std::string item  = text.substr(begin, end - begin);
        const std::size_t colon = item.find(':');
        if (!dealii::Utilities::trim(item).empty())
          {
            const std::string name =
              dealii::Utilities::trim(item.substr(0, colon));
            if (colon == std::string::npos || name.empty())
              throw EntryError(functions_entry,
                               dealii::Utilities::trim(item),
                               "it has no name",
                               "Write name: expression, for example product: "
                               "u*v.");
            // They are keys of JSON paths, and columns of CSV files.
            if (name.find_first_of(",/\"") != std::string::npos)
              throw EntryError(functions_entry,
                               text,
                               "'" + name + "' is no name",
                               "Use letters, digits, blanks and signs, but no "
                               "comma, slash or quote.");
            refuse_twice(name, text);
            const Expression expression = parse_entry(
              functions_entry, text, vocabulary, begin + colon + 1, end);
            const ExpressionTape tape({expression});
            observables.push_back({name,
                                   [tape](const Point<dim> &theta) {
                                     double result;
                                     tape.evaluate(theta.begin_raw(), &result);
                                     return result;
                                   },
                                   ExpressionTape(expression.switches()),
                                   ExpressionTape(expression.levels()),
                                   MomentSum()});
          }
        begin = end + 1;
      }
  }



  template <int dim>
  void Observables<dim>::refuse_twice(const std::string &name,
                                      const std::string &text) const
  {
    for (const Observable &other : observables)
      if (other.name == name)
        throw EntryError(functions_entry,
                         text,
                         "'" + name + "' occurs twice",
                         "Give every function a name of its own.");
  }



  template <int dim>
  void Observables<dim>::add(const std::string &name, const Function &value)
  {
    refuse_twice(name, name);
    observables.push_back(
      {name, value, ExpressionTape(), ExpressionTape(), MomentSum()});
  }



  template <int dim>
  void
  Observables<dim>::visit(const typename Postprocessor<dim>::Sample &sample)
  {
    const double dm = sample.law.density() * sample.weight;
    for (Observable &observable : observables)
      if (observable.switches.n_outputs() == 0)
        observable.sum.add(observable.value(sample.theta), dm, sample.is_outer);
  }



  template <int dim>
  void Observables<dim>::finish(const Law<dim> &law, Summary &summary)
  {
    for (Observable &observable : observables)
      {
        if (observable.switches.n_outputs() > 0)
          {
            std::vector<LocalLaw<dim>> values;
            observable.sum =
              integrate(law.discretisation,
                        observable,
                        [&](const dealii::FEValues<dim> &fe_values) {
                          law.evaluate(fe_values, false, values);
                          std::vector<double> densities;
                          for (const auto &value : values)
                            densities.push_back(value.density());
                          return densities;
                        });
          }
        observable.sum.write("observables/" + observable.name,
                             law.discretisation.communicator,
                             summary);
      }
  }



  template <int dim>
  std::vector<double>
  Observables<dim>::values(const dealii::Point<dim> &theta) const
  {
    std::vector<double> result;
    for (const Observable &observable : observables)
      result.push_back(observable.value(theta));
    return result;
  }



  template <int dim>
  std::vector<std::string> Observables<dim>::names() const
  {
    std::vector<std::string> list;
    for (const Observable &observable : observables)
      list.push_back(observable.name);
    return list;
  }



  template <int dim>
  void Observables<dim>::visit_cells(
    const Discretisation<dim> &discretisation,
    const Observable          &observable,
    const std::function<void(const Cell                    &cell,
                             const dealii::Quadrature<dim> &rule)> &use) const
  {
    using namespace dealii;
    const QIterated<dim> probing(QTrapezoid<1>(), 3);
    const bool           may_jump = observable.switches.n_outputs() > 0;
    for (const auto &cell : discretisation.dof_handler.active_cell_iterators())
      if (cell->is_locally_owned() && !may_jump)
        use(cell, Quadrature<dim>());
      else if (cell->is_locally_owned())
        {

          const auto at_unit_point =
            [&](std::vector<double> (Observable::*values)(const Point<dim> &)
                  const) {
              return typename JumpQuadrature<dim>::Values(
                [&, values](const Point<dim> &unit) {
                  return (observable.*values)(
                    discretisation.mapping.transform_unit_to_real_cell(cell,
                                                                       unit));
                });
            };
          const auto conditions = at_unit_point(&Observable::conditions);
          const auto levels     = at_unit_point(&Observable::level_values);
          // Most cells have no jump: a few points tell.
          const auto some        = conditions(probing.point(0));
          bool       is_constant = true;
          for (const Point<dim> &x : probing.get_points())
            is_constant = is_constant && conditions(x) == some;
          if (is_constant)
            use(cell, dealii::Quadrature<dim>());
          else
            use(cell,
                JumpQuadrature<dim>(conditions,
                                    levels,
                                    discretisation.element.degree + 2)
                  .rule());
        }
  }



  template <int dim>
  MomentSum
  Observables<dim>::integrate(const Discretisation<dim> &discretisation,
                              const Observable          &observable,
                              const Densities           &densities) const
  {
    using namespace dealii;
    MomentSum  sum;
    const auto add = [&](const Cell &cell, const Quadrature<dim> &rule) {
      FEValues<dim> fe_values(discretisation.mapping,
                              discretisation.element,
                              rule.size() == 0 ? discretisation.quadrature :
                                                 rule,
                              update_values | update_gradients |
                                update_quadrature_points | update_JxW_values);
      fe_values.reinit(cell);
      const auto density = densities(fe_values);
      for (const unsigned int q : fe_values.quadrature_point_indices())
        {
          const Point<dim> &theta = fe_values.quadrature_point(q);
          sum.add(observable.value(theta),
                  density[q] * fe_values.JxW(q),
                  discretisation.box.is_outer(theta));
        }
    };
    visit_cells(discretisation, observable, add);
    return sum;
  }



  template <int dim>
  void Observables<dim>::compare(const Discretisation<dim> &discretisation,
                                 const GibbsDensity<dim>   *reference,
                                 const std::string         &reason,
                                 Summary                   &summary) const
  {
    for (const Observable &observable : observables)
      {
        const std::string path = "observables/" + observable.name + "/gibbs_";
        if (reference == nullptr)
          {
            summary.set_null(path + "mean", reason);
            summary.set_null(path + "variance", reason);
            continue;
          }
        Summary sums;
        integrate(discretisation,
                  observable,
                  [&](const dealii::FEValues<dim> &fe_values) {
                    std::vector<double> densities;
                    for (const auto &theta : fe_values.get_quadrature_points())
                      densities.push_back(
                        std::exp(reference->log_density(theta)));
                    return densities;
                  })
          .write("of", discretisation.communicator, sums);
        for (const char *key : {"mean", "variance"})
          if (sums.json().at("of").at(key).is_null())
            summary.set_null(path + key, heavy_tail);
          else
            summary.set(path + key,
                        sums.json().at("of").at(key).template get<double>());
      }
  }



  template <int dim>
  std::vector<typename Observables<dim>::Moments> Observables<dim>::functionals(
    const Discretisation<dim>               &discretisation,
    const TrialSpace<dim>                   &trial_space,
    const std::function<bool(const Cell &)> &is_inside) const
  {
    std::vector<Moments> result;
    for (const Observable &observable : observables)
      {
        FunctionalAssembly<dim> assembly(discretisation, trial_space, 2);
        const auto              value = [&](const Point<dim>    &theta,
                               std::vector<double> &values) {
          values[0] = observable.value(theta);
          values[1] = values[0] * values[0];
        };
        const auto add = [&](const Cell                    &cell,
                             const dealii::Quadrature<dim> &rule) {
          if (!is_inside(cell))
            return;
          if (rule.size() == 0)
            assembly.add(cell, value);
          else
            assembly.add(cell, rule, value);
        };
        visit_cells(discretisation, observable, add);

        const std::vector<Vector> sums = assembly.finish();
        result.push_back({sums[0], sums[1]});
      }
    return result;
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
            const Point<dim> unit = law.discretisation.box.unit_point(*cell, x);
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
#undef INSTANTIATE
} // namespace sgdfp
