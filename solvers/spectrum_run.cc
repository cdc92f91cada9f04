// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/spectrum_run.h"

#include "postprocess/density_statistics.h"
#include "postprocess/field_output.h"
#include "solvers/adaptive.h"
#include "solvers/box_search.h"
#include "solvers/case_run.h"
#include "solvers/kinetic_spectrum_run.h"
#include "solvers/log_of_law.h"
#include "solvers/spectrum_summary.h"

namespace sgdfp
{
  namespace
  {
    template <int dim>
    class SpectrumRun : public CaseRun<dim>
    {
    public:
      SpectrumRun(const MPI_Comm communicator, const Case &a_case, RunLog &log);

    private:
      using CaseRun<dim>::a_case;
      using CaseRun<dim>::communicator;
      using CaseRun<dim>::discretisation;
      using CaseRun<dim>::domain;
      using CaseRun<dim>::dynamics;
      using CaseRun<dim>::folder;
      using CaseRun<dim>::log;
      using CaseRun<dim>::observables;
      using CaseRun<dim>::summary;

      std::string equation() const override;

      std::string why_no_answer() const override;

      void answer() override;

      void set_nulls(const std::string &reason) override;

      std::string last_word() const override;

      /// Puts vertices at the edges of the sets (one dimension).
      void fit_to_sets();

      /// Density and moments of the law or quasi-stationary law.
      void read_off_law();

      /// ParaView files, grid.npz and figures.
      void write_fields();

      void warn_of_errors();

      const SpectralSets<dim>             sets;
      std::unique_ptr<SpectralStudy<dim>> study;
    };



    template <int dim>
    SpectrumRun<dim>::SpectrumRun(const MPI_Comm communicator,
                                  const Case    &a_case,
                                  RunLog        &log)
      : CaseRun<dim>(communicator, a_case, log, "spectrum")
      , sets(a_case)
    {
      if (sets.absorbing && sets.absorbing->is_boundary() &&
          a_case.domain.extent == "auto")
        throw EntryError("Domain/extent",
                         "auto",
                         "Domain/absorbing = boundary kills at the boundary of "
                         "the box, which must then be given",
                         "Set Domain/extent = given.");
    }



    template <int dim>
    std::string SpectrumRun<dim>::equation() const
    {
      return std::string("spectrum of  d_t p = -div J,  J = ") +
             this->current_drift() + " - D grad p" +
             (dynamics.jumps() != nullptr ?
                ",  - (-Lap)^(alpha/2)(sigma^alpha p) added to -div J" :
                "") +
             (sets.absorbing ?
                ",  p = 0 where " + sets.absorbing->text +
                  (sets.absorbing->is_boundary() ? "" : " >= 0") :
                "");
    }



    template <int dim>
    std::string SpectrumRun<dim>::why_no_answer() const
    {
      return sets.absorbing ? "" : dynamics.why_no_density();
    }



    template <int dim>
    void SpectrumRun<dim>::answer()
    {
      if (domain.extent == "auto")
        this->use_found_box();
      fit_to_sets();
      const auto l = find_log_of_law(*discretisation, dynamics, a_case, log);
      log.say("Mesh      Q" + std::to_string(a_case.discretisation.degree) +
              " and Q" + std::to_string(a_case.discretisation.degree + 1) +
              ", refinement " + a_case.discretisation.refinement +
              ", tolerance " + to_text(a_case.discretisation.tolerance));
      study = std::make_unique<SpectralStudy<dim>>(
        *discretisation, dynamics, a_case, sets, log);
      study->solve(l.get());
      summary.set("domain/lower", domain.lower);
      summary.set("domain/upper", domain.upper);
      summary.set("domain/grading", domain.grading);
      if (sets.absorbing)
        summary.set("domain/absorbing", sets.absorbing->text);
      read_off_law();
      report_spectrum(*study, sets, a_case, summary);
      write_fields();
      warn_of_errors();
    }



    template <int dim>
    void SpectrumRun<dim>::fit_to_sets()
    {
      std::vector<double> edges;
      for (const Region<dim> *set : sets.all())
        for (const double edge : set->edges(discretisation->box))
          edges.push_back(edge);
      fit_mesh(*discretisation, edges);
    }



    template <int dim>
    void SpectrumRun<dim>::read_off_law()
    {
      const RunLog::Phase    phase(log, "integrals of the law");
      SpectralProblem<dim>  &problem = study->problem();
      const auto            &killed  = study->answers().killed;
      const Law<dim>         law(problem.discretisation,
                         dynamics,
                         problem.trial_space,
                         killed ? killed->quasi_stationary : problem.law());
      DensityStatistics<dim> density(law);
      summary.set("density/of",
                  killed ? "quasi-stationary law" : "stationary law");
      run_postprocessors<dim>(law, {&density, &observables}, summary);
      // All that is outside of a ball is killed.
      const double outside = (domain.shape == "ball" ? 0. : boundary_mass(law));
      summary.set("density/boundary_mass", outside);
      if (killed)
        summary.set("density/estimated_error", study->law_error());
      else
        summary.set_null("density/estimated_error",
                         "sgdfp-stationary estimates it");
      const bool is_cut = !(outside <= trusted_boundary_mass);
      if (is_cut && !killed)
        throw box_refusal(outside, this->search_box());
      if (is_cut && !sets.absorbing->is_boundary())
        log.warn("the quasi-stationary law has a mass of " + to_text(outside) +
                 " next to the boundary of the box, which reflects it");
      this->write_samples(law);
    }



    template <int dim>
    void SpectrumRun<dim>::write_fields()
    {
      SpectralProblem<dim> &problem  = study->problem();
      const auto           &answers  = study->answers();
      const Spectrum       &spectrum = answers.spectrum;
      FieldCollection<dim>  fields(problem.discretisation,
                                  dynamics,
                                  problem.trial_space);
      fields.add_density("density",
                         answers.killed ? answers.killed->quasi_stationary :
                                          problem.law());
      for (unsigned int i = 0; i < spectrum.size(); ++i)
        {
          const std::string name = spectrum.function_name(i);
          fields.add_density("right_" + name, spectrum.right[i]);
          fields.add_function("left_" + name, spectrum.left[i]);
        }
      if (answers.killed)
        fields.add_function("mean_first_passage",
                            answers.killed->first_passage);
      if (answers.transitions)
        {
          const Transitions &t = *answers.transitions;
          fields.add_function("committor", t.committor);
          fields.add_density("backward_density", t.backward_density);
          fields.add_reactive_current("reactive_current",
                                      t.backward_density,
                                      t.committor);
        }
      if (answers.metastable)
        for (std::size_t k = 0; k < answers.metastable->basins.size(); ++k)
          {
            const auto       &basin  = answers.metastable->basins[k];
            const std::string number = std::to_string(k + 1);
            fields.add_function("membership_" + number, basin.membership);
            if (basin.why_no_rate.empty())
              fields.add_density("quasi_stationary_" + number,
                                 basin.quasi_stationary);
          }
      {
        const RunLog::Phase phase(log, "ParaView files");
        write_paraview(fields, folder.path());
      }
      if (domain.shape == "ball" && dim > 1)
        {
          log.say("No grid.npz and no figures: a ball has no regular grid.");
          return;
        }
      {
        const RunLog::Phase phase(log, "regular grid");
        Summary::Json       notes;
        notes["case"]     = a_case.name();
        notes["spectrum"] = summary.json()["spectrum"];
        write_grid(fields, a_case.variables, notes, folder.path());
      }
      this->draw("plot_spectrum.py");
    }



    template <int dim>
    void SpectrumRun<dim>::warn_of_errors()
    {
      const auto  &last      = study->levels().back();
      const double tolerance = a_case.discretisation.tolerance;
      if (!(last.error <= tolerance) &&
          a_case.discretisation.refinement != "none")
        log.warn("the tolerance " + to_text(tolerance) +
                 " was not reached: refinement ended at " +
                 study->stopped_by() + " (" + std::to_string(last.cells) +
                 " cells) with a largest estimated relative error of " +
                 to_text(last.error));
      const auto &spectrum = study->answers().spectrum;
      if (spectrum.size() < a_case.spectrum.eigenvalues)
        log.warn("only " + std::to_string(spectrum.size()) +
                 " eigenvalues were found; refine the mesh");
      const auto &values = spectrum.values;
      if (study->answers().killed && values.size() > 1 &&
          std::abs(values[0] - values[1]) < 1e-6 * std::abs(values[0]))
        log.warn("two exit rates agree: the set outside of Domain/absorbing "
                 "falls apart, and its quasi-stationary law depends on the "
                 "start");
      if (study->answers().killed &&
          !(study->answers().killed->negative_share <= trusted_negative_mass))
        log.warn("the quasi-stationary law is negative on a mass of " +
                 to_text(study->answers().killed->negative_share));
    }



    template <int dim>
    void SpectrumRun<dim>::set_nulls(const std::string &reason)
    {
      set_spectrum_nulls(reason, summary);
    }



    template <int dim>
    std::string SpectrumRun<dim>::last_word() const
    {
      return spectrum_findings(summary, folder.path());
    }
  } // namespace



  ExitStatus answer_spectrum(const MPI_Comm communicator,
                             const Case    &a_case,
                             const bool     validate,
                             RunLog        &log)
  {
    if (a_case.optimiser.is_underdamped())
      return answer_kinetic_spectrum(communicator, a_case, validate, log);
    return answer_case<SpectrumRun>(communicator, a_case, validate, log);
  }
} // namespace sgdfp
