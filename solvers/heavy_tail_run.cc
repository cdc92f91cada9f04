// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/heavy_tail_run.h"

#include "base/text.h"
#include "fractional/stable_generator.h"
#include "postprocess/density_statistics.h"
#include "postprocess/field_output.h"
#include "postprocess/jump_balance.h"
#include "postprocess/tail_statistics.h"
#include "solvers/adaptive.h"
#include "solvers/case_run.h"
#include "solvers/previous_law.h"
#include "solvers/stationary_summary.h"
#include "solvers/trust.h"

#include <iomanip>
#include <sstream>

namespace sgdfp
{
  namespace
  {
    const std::vector<double> levels = {0.05, 0.25, 0.5, 0.75, 0.95};

    // The box is refused beyond: every number that depends on the tail would be
    // wrong by that much.
    constexpr double trusted_outside_mass = 1e-2;

    constexpr const char *no_current_of_jumps =
      "jumps have no local current: see drift_flux and nonlocal_flux";



    template <int dim>
    class HeavyTailRun : public CaseRun<dim>
    {
    public:
      HeavyTailRun(const MPI_Comm communicator,
                   const Case    &a_case,
                   RunLog        &log);

    private:
      using CaseRun<dim>::a_case;
      using CaseRun<dim>::discretisation;
      using CaseRun<dim>::domain;
      using CaseRun<dim>::dynamics;
      using CaseRun<dim>::folder;
      using CaseRun<dim>::log;
      using CaseRun<dim>::summary;

      std::string equation() const override;

      void answer() override;

      void set_nulls(const std::string &reason) override;

      std::string last_word() const override;

      void read_off();

      /// Quantiles, fluxes, balance of jumps.
      void read_off_jumps();

      /// @throws Refusal
      void judge();

      std::vector<std::pair<dealii::Point<dim>, dealii::Point<dim>>>
      probe_pairs() const;

      void write_fields();

      std::unique_ptr<AdaptiveSolver<dim>>  solver;
      std::unique_ptr<GibbsComparison<dim>> gibbs;
      std::vector<std::vector<double>>      quantiles;
      std::vector<Vector>                   potentials;
      Tail                                  tail;
      Evidence                              evidence;
    };



    template <int dim>
    HeavyTailRun<dim>::HeavyTailRun(const MPI_Comm communicator,
                                    const Case    &a_case,
                                    RunLog        &log)
      : CaseRun<dim>(communicator, a_case, log, "stationary")
    {
      this->refuse_absorbing_set();
      if (domain.extent == "auto")
        throw EntryError("Domain/extent",
                         domain.extent,
                         "the search for a box is for laws with thin tails",
                         "Give a large box (for example +-1e4) with "
                         "Domain/grading: the size of the box enters the cost "
                         "by its logarithm only.");
    }



    template <int dim>
    std::string HeavyTailRun<dim>::equation() const
    {
      return "stationary law p of  d theta = b dt + sqrt(2 D) dW + sigma dZ:  "
             "0 = -div(" +
             this->current_drift() +
             " - D grad p) - (-Lap)^(alpha/2)"
             "(sigma^alpha p)";
    }



    template <int dim>
    void HeavyTailRun<dim>::answer()
    {
      log.say("Mesh      Q" + std::to_string(a_case.discretisation.degree) +
              " on Gauss-Lobatto points, tensor mesh (refinement is uniform), "
              "tolerance " +
              to_text(a_case.discretisation.tolerance));
      solver = std::make_unique<AdaptiveSolver<dim>>(
        *discretisation, dynamics, a_case.discretisation, a_case.solver, log);
      solver->solve();
      summary.set("domain/lower", domain.lower);
      summary.set("domain/upper", domain.upper);
      summary.set("domain/grading", domain.grading);
      summary.set("cells", solver->levels().back().cells);
      summary.set("dofs", solver->levels().back().dofs);
      read_off();
      judge();
      read_off_jumps();
      write_fields();
      save_law(solver->law(), a_case, folder.path());
      this->write_samples(solver->law());
    }



    template <int dim>
    void HeavyTailRun<dim>::set_nulls(const std::string &reason)
    {
      sgdfp::set_nulls(reason, summary);
    }



    template <int dim>
    void HeavyTailRun<dim>::read_off()
    {
      const Law<dim> &law     = solver->law();
      auto            reading = this->read_law(law);
      gibbs                   = std::move(reading.gibbs);
      tail                    = fit_tail(law);
      report_tail(tail, law, summary);
      evidence.negative_mass = reading.negative_mass;
      evidence.boundary_mass = reading.boundary_mass;
      report_solver(*solver, summary);
      evidence.density_error = solver->estimate().density;
      if (solver->estimate().is_known())
        // What the box keeps from leaving it is somewhere in it.
        summary.set("density/estimated_error",
                    solver->estimate().density + 2 * tail.outside_mass);
      report_observable_errors(evidence.density_error + 2 * tail.outside_mass,
                               summary);
      evidence.slowest_rate = solver->accepted().slowest_rate;
      evidence.weight_error = solver->accepted().weight_error;
      evidence.tolerance    = a_case.discretisation.tolerance;
      evidence.stopped_by   = solver->stopped_by();
      for (const char *key : {"l1",
                              "curl_l2",
                              "velocity_curl_max",
                              "estimated_error",
                              "relative_error",
                              "divergence_residual"})
        summary.set_null(std::string("current/") + key, no_current_of_jumps);
      write_probes(law, a_case.observables, summary);
      // What they are the local current of is the drift (and Gaussian) part.
      Summary::Json probes = summary.json()["probes"];
      for (auto &probe : probes)
        {
          probe["drift_flux"] = probe["current"];
          probe["current"]    = nullptr;
        }
      summary.set("probes", probes);
    }



    template <int dim>
    void HeavyTailRun<dim>::judge()
    {
      if (tail.index && tail.outside_mass > trusted_outside_mass)
        throw Refusal(
          "not resolved",
          "the tail, r^-" + to_text(*tail.index) +
            " for the mass beyond r, leaves " + to_text(tail.outside_mass) +
            " of it outside of the box, more than " +
            to_text(trusted_outside_mass) +
            ": enlarge Domain/lower and upper tenfold or more; with "
            "Domain/grading that costs few cells");
      if (!tail.index)
        {
          if (evidence.is_cut_off())
            throw Refusal("not resolved",
                          "the law has " + to_text(evidence.boundary_mass) +
                            " of its mass at the boundary of the box, and its "
                            "tail is not known: " +
                            tail.reason);
          log.warn("the tail is not known: " + tail.reason);
        }
      const double tolerance = a_case.discretisation.tolerance;
      // Negative mass is a part of the error in L1 that the user accepts; the
      // thin arms of a law far out cannot be had without.
      if (evidence.negative_mass > trusted_negative_mass &&
          evidence.negative_mass <= tolerance)
        {
          log.warn("the density is negative on a mass of " +
                   to_text(evidence.negative_mass) +
                   ", below Discretisation/tolerance");
          evidence.negative_mass = 0;
        }
      if (const auto distrust = evidence.refusal())
        throw *distrust;
      if (tail.outside_mass > tolerance)
        log.warn("the box leaves a mass of " + to_text(tail.outside_mass) +
                 " outside, more than Discretisation/tolerance: enlarge it");
      if (solver->estimate().is_known() &&
          !(solver->estimate().density <= tolerance))
        log.warn("the tolerance " + to_text(tolerance) +
                 " was not reached: refinement ended at " +
                 solver->stopped_by() + ", with an estimated error of " +
                 to_text(solver->estimate().density) + " of the density");
    }



    template <int dim>
    std::vector<std::pair<dealii::Point<dim>, dealii::Point<dim>>>
    HeavyTailRun<dim>::probe_pairs() const
    {
      std::vector<std::pair<dealii::Point<dim>, dealii::Point<dim>>> pairs;
      const auto &given = a_case.observables.probe_points;
      for (std::size_t i = 0; i + 1 < given.size(); ++i)
        {
          dealii::Point<dim> x, y;
          for (unsigned int d = 0; d < dim; ++d)
            {
              x[d] = given[i][d];
              y[d] = given[i + 1][d];
            }
          pairs.emplace_back(x, y);
        }
      // From the median to the upper quantiles, along each coordinate.
      dealii::Point<dim> median;
      for (unsigned int d = 0; d < dim; ++d)
        median[d] = quantiles[d][2];
      for (unsigned int d = 0; d < dim; ++d)
        for (const unsigned int level : {3u, 4u})
          {
            dealii::Point<dim> other = median;
            other[d]                 = quantiles[d][level];
            pairs.emplace_back(median, other);
          }
      return pairs;
    }



    template <int dim>
    void HeavyTailRun<dim>::read_off_jumps()
    {
      const RunLog::Phase phase(log, "jumps");
      const Law<dim>     &law = solver->law();
      quantiles               = marginal_quantiles(law, levels);
      summary.set("quantiles/levels", levels);
      summary.set("quantiles/values", quantiles);
      Summary::Json median = Summary::Json::array();
      for (unsigned int d = 0; d < dim; ++d)
        median.push_back(quantiles[d][2]);
      summary.set("moments/median", median);

      StableGenerator<dim> generator(*discretisation, dynamics);
      generator.prepare();
      generator.assemble();
      Vector p   = discretisation->owned_vector();
      p          = law.nodal_density();
      potentials = generator.potentials(p);
      summary.set("solver/fractional_laplacian", generator.description());
      // Integrals of the two parts of the flux, whose divergences cancel.
      FieldCollection<dim> fluxes(*discretisation, dynamics, law.trial());
      fluxes.add_current("drift_flux", p);
      fluxes.add_gradient_flux("nonlocal_flux", potentials);
      dealii::FEValues<dim>            fe_values(discretisation->mapping,
                                      discretisation->element,
                                      discretisation->quadrature,
                                      dealii::update_values |
                                        dealii::update_gradients |
                                        dealii::update_quadrature_points |
                                        dealii::update_JxW_values);
      std::vector<std::vector<double>> values;
      double                           drift = 0, nonlocal = 0;
      for (const auto &cell :
           discretisation->dof_handler.active_cell_iterators())
        if (cell->is_locally_owned())
          {
            fe_values.reinit(cell);
            fluxes.evaluate(fe_values, values);
            for (const unsigned int q : fe_values.quadrature_point_indices())
              {
                double a = 0, b = 0;
                for (unsigned int d = 0; d < dim; ++d)
                  {
                    a += values[1 + d][q] * values[1 + d][q];
                    b += values[1 + dim + d][q] * values[1 + dim + d][q];
                  }
                drift += std::sqrt(a) * fe_values.JxW(q);
                nonlocal += std::sqrt(b) * fe_values.JxW(q);
              }
          }
      summary.set("flux/drift_l1",
                  dealii::Utilities::MPI::sum(drift, this->communicator));
      summary.set("flux/nonlocal_l1",
                  dealii::Utilities::MPI::sum(nonlocal, this->communicator));
      summary.set("flux/meaning",
                  "drift: b p - D grad p; nonlocal: -grad q with -div(-grad q) "
                  "the nonlocal term, one of many fields with that divergence");
      report_jump_balance<dim>(law,
                               probe_pairs(),
                               solver->estimate().is_known() ?
                                 solver->estimate().density :
                                 1.,
                               summary);
    }



    template <int dim>
    void HeavyTailRun<dim>::write_fields()
    {
      const Law<dim>      &law = solver->law();
      FieldCollection<dim> fields(*discretisation, dynamics, law.trial());
      Vector               p = discretisation->owned_vector();
      p                      = law.nodal_density();
      fields.add_density("density", p);
      // Where a millionth of the maximum is, a heavy tail is a dot in a void.
      constexpr double   few = 0.005, margin = 0.1;
      const auto         ends = marginal_quantiles(law, {few, 1 - few});
      dealii::Point<dim> low, high;
      for (unsigned int d = 0; d < dim; ++d)
        {
          const double width = ends[d][1] - ends[d][0];
          low[d]             = std::max(discretisation->box.lower()[d],
                            ends[d][0] - margin * width);
          high[d]            = std::min(discretisation->box.upper()[d],
                             ends[d][1] + margin * width);
        }
      fields.set_window(low, high);
      Vector           log_p = p;
      constexpr double least = 1e-30;
      for (const auto i : discretisation->owned)
        log_p(i) = std::log(std::max(least, static_cast<double>(p(i))));
      log_p.compress(dealii::VectorOperation::insert);
      fields.add_function("log_density", log_p);
      if (gibbs->reference)
        fields.add_function(
          "gibbs_density",
          discretisation->interpolate([&](const dealii::Point<dim> &theta) {
            return std::exp(gibbs->reference->log_density(theta));
          }));
      fields.add_current("drift_flux", p);
      fields.add_gradient_flux("nonlocal_flux", potentials);
      {
        const RunLog::Phase phase(log, "ParaView files");
        write_paraview(fields, folder.path(), "law");
      }
      Summary::Json notes;
      notes["case"]                = a_case.name();
      notes["tail"]                = summary.json()["tail"];
      notes["tail"]["radii"]       = tail.radii;
      notes["tail"]["mass_beyond"] = tail.mass_beyond;
      notes["quantiles"]           = summary.json()["quantiles"];
      notes["alpha"]               = a_case.noise.stable.alpha;
      {
        const RunLog::Phase phase(log, "regular grid");
        write_grid(fields, a_case.variables, notes, folder.path());
      }
      this->draw("plot_tail.py");
    }



    template <int dim>
    std::string HeavyTailRun<dim>::last_word() const
    {
      const auto &all  = summary.json();
      const auto  line = [](const std::string &label, const std::string &text) {
        std::ostringstream out;
        out << "  " << std::left << std::setw(22) << label << ' ' << text
            << '\n';
        return out.str();
      };
      const auto number = [](const Summary::Json &value) {
        std::ostringstream out;
        if (value.is_null())
          return std::string("undefined");
        out << std::setprecision(6) << value.get<double>();
        return out.str();
      };
      std::string text = "  Findings\n";
      text += line("Tail",
                   tail.index ?
                     "P(|theta| > r) ~ r^-" + number(*tail.index) + " +- " +
                       number(tail.index_error) + ", " +
                       number(tail.outside_mass) + " of it outside of the box" :
                     "not known: " + tail.reason);
      for (unsigned int d = 0; d < dim; ++d)
        text +=
          line(a_case.variables[d],
               "median " + number(quantiles[d][2]) + ", quartiles " +
                 number(quantiles[d][1]) + " and " + number(quantiles[d][3]) +
                 ", 5 % and 95 % " + number(quantiles[d][0]) + " and " +
                 number(quantiles[d][4]));
      const auto &holds = all.at("detailed_balance").at("holds");
      text += line("Equilibrium",
                   holds.is_null() ? "detailed balance is undecided" :
                   holds.template get<bool>() ?
                                     "detailed balance holds" :
                                     "detailed balance is broken: jumps from x "
                                     "to y and back are not alike");
      text += line("Fluxes",
                   "drift " + number(all.at("flux").at("drift_l1")) +
                     ", nonlocal " + number(all.at("flux").at("nonlocal_l1")) +
                     " per unit t (jumps have no local current)");
      const auto &closest = all.at("gibbs").at("closest_kl");
      text += line(
        "Closest Gibbs",
        closest.is_null() ?
          all.at("gibbs").at("closest_kl_reason").template get<std::string>() :
          "T* = " + number(all.at("gibbs").at("closest_temperature")) +
            ", KL = " + number(closest));
      const Summary::Json means =
        all.value("observables", Summary::Json::object());
      for (const auto &[name, value] : means.items())
        text += line("E[" + name + "]",
                     number(value.at("mean")) + "  (variance " +
                       number(value.at("variance")) + ")");
      text += line(
        "Density",
        "mass - 1 = " +
          to_text(all.at("density").at("mass").template get<double>() - 1) +
          ", negative mass " + number(all.at("density").at("negative_mass")));
      text +=
        line("Files",
             folder.path() + " (solution.pvd for ParaView, summary.json)");
      return text;
    }
  } // namespace



  ExitStatus answer_heavy_tails(const MPI_Comm communicator,
                                const Case    &a_case,
                                const bool     validate,
                                RunLog        &log)
  {
    return answer_case<HeavyTailRun>(communicator, a_case, validate, log);
  }
} // namespace sgdfp
