// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/kinetic_spectrum_run.h"

#include "base/text.h"
#include "meshes/point_value.h"
#include "postprocess/density_statistics.h"
#include "postprocess/kinetic_output.h"
#include "postprocess/regular_grid.h"
#include "solvers/case_run.h"
#include "solvers/kinetic_study.h"
#include "solvers/spectrum_summary.h"
#include "solvers/stationary.h"
#include "solvers/trust.h"

namespace sgdfp
{
  namespace
  {
    // Eigenvalues beyond those asked for: on another mesh their order may be
    // another one.
    constexpr unsigned int n_more = 4;



    template <int dim>
    class KineticSpectrumRun : public CaseRun<dim>
    {
    public:
      KineticSpectrumRun(const MPI_Comm communicator,
                         const Case    &a_case,
                         RunLog        &log);

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

      /// Eigenpairs, and what follows from them: densities are the law (or
      /// quasi-stationary law) and the real eigenfunctions, figures the
      /// eigenvalues and the first passage times at the probes.
      KineticAnswer solve_on(const KineticSystem<dim> &system);

      /// Eigenpairs of the process that is killed; the first value is minus the
      /// exit rate, from what the absorbing faces take.
      void find_killed(const KineticSystem<dim> &system);

      void normalise(const KineticSystem<dim> &system);

      void report_killed();

      void write_fields();

      const SpectralSets<dim>            sets;
      std::unique_ptr<KineticStudy<dim>> study;
      /// Of the last solve, on the system of study->system() at the end
      Spectrum spectrum;
      Vector   density;
      /// Nodal, mean over Maxwellian velocities
      Vector first_passage;
    };



    template <int dim>
    KineticSpectrumRun<dim>::KineticSpectrumRun(const MPI_Comm communicator,
                                                const Case    &a_case,
                                                RunLog        &log)
      : CaseRun<dim>(communicator, a_case, log, "spectrum")
      , sets(a_case)
    {
      if (sets.from)
        sets.from->complain("with momentum a committor is a function of "
                            "velocity too, which is not computed yet",
                            "Clear Spectrum/from and to, or use momentum = 0.");
      if (domain.extent == "auto")
        throw EntryError("Domain/extent",
                         "auto",
                         "with momentum spectra need a given box",
                         "Let sgdfp-stationary find one, and give it here.");
    }



    template <int dim>
    std::string KineticSpectrumRun<dim>::equation() const
    {
      return "spectrum of  d_t f = -div_theta(v f) - div_v((b - gamma v) f - "
             "gamma D grad_v f)" +
             (sets.absorbing ?
                ",  nothing comes in from where " + sets.absorbing->text +
                  (sets.absorbing->is_boundary() ? "" : " >= 0") :
                "");
    }



    template <int dim>
    std::string KineticSpectrumRun<dim>::why_no_answer() const
    {
      return sets.absorbing ? "" : dynamics.why_no_density();
    }



    template <int dim>
    void KineticSpectrumRun<dim>::find_killed(const KineticSystem<dim> &system)
    {
      const auto       &generator = system.generator;
      const Restriction restriction(generator, generator.zero());
      spectrum = SpectrumSolver(a_case.solver)
                   .solve(restriction,
                          a_case.spectrum.eigenvalues + n_more,
                          nullptr,
                          /*is_reversible=*/false);
      density = restriction.extend(spectrum.right.front());
      density /= generator.mass_functional() * density;
      const double rate = generator.killing() * density;
      if (!(rate > spectrum.resolution))
        throw Refusal("not determined",
                      "the absorbing set is reached at a rate below " +
                        to_text(spectrum.resolution) +
                        " per unit t, which is what round-off leaves: nothing "
                        "reaches it, or hardly ever. Move the set closer, or "
                        "raise the noise");
      spectrum.values.front() = -rate;
      BalancedInverse inverse(generator, a_case.solver, /*shift=*/0.);
      Vector          right_side = generator.mass_functional();
      right_side *= -1;
      Vector tau = generator.zero();
      inverse.solve(tau, right_side, /*transposed=*/true);
      first_passage = generator.nodal_function(tau);
    }



    template <int dim>
    KineticAnswer
    KineticSpectrumRun<dim>::solve_on(const KineticSystem<dim> &system)
    {
      const auto   &generator = system.generator;
      KineticAnswer answer;
      if (sets.absorbing)
        find_killed(system);
      else
        {
          density = generator.weights();
          density.scale(generator.left_null_vector());
          StationarySolver solver(communicator,
                                  a_case.solver,
                                  /*use_direct=*/true);
          const auto       report = solver.solve(generator, density);
          answer.residual         = report.residual;
          const Restriction restriction(generator, generator.zero());
          const Vector      p0 = restriction.restrict_to(density);
          spectrum             = SpectrumSolver(a_case.solver)
                       .solve(restriction,
                              a_case.spectrum.eigenvalues + n_more,
                              &p0,
                              /*is_reversible=*/false);
        }
      answer.iterations = spectrum.iterations;
      const unsigned int n_values =
        spectrum.n_leading(a_case.spectrum.eigenvalues);
      answer.n_eigenvalues = n_values;
      answer.eigenvalues   = spectrum.values;
      answer.figures.assign(spectrum.values.begin(),
                            spectrum.values.begin() + n_values);
      answer.densities = {density};
      answer.labels    = {spectrum.values.front()};
      if (sets.absorbing)
        for (const auto &coordinates : a_case.observables.probe_points)
          {
            dealii::Point<dim> theta;
            for (unsigned int d = 0; d < dim; ++d)
              theta[d] = coordinates[d];
            answer.figures.push_back(
              value_at(system.discretisation, first_passage, theta));
          }
      normalise(system);
      spectrum.truncate(n_values);
      for (std::size_t i = 1; i < spectrum.size(); ++i)
        if (!spectrum.is_complex(i))
          {
            answer.densities.push_back(spectrum.right[i]);
            answer.labels.push_back(spectrum.values[i]);
          }
      return answer;
    }



    template <int dim>
    void KineticSpectrumRun<dim>::normalise(const KineticSystem<dim> &system)
    {
      // Signs and sizes alike on any mesh: with a function that no symmetry of
      // the box leaves alone, int g R = int |R| > 0.
      const auto  &generator = system.generator;
      const auto  &box       = system.discretisation.box;
      const Vector g         = generator.embed(
        system.discretisation.interpolate([&](const dealii::Point<dim> &theta) {
          return asymmetric_function(box, theta);
        }));
      Vector image = generator.zero();
      for (std::size_t i = 0; i < spectrum.size(); ++i)
        {
          if (spectrum.is_conjugate(i))
            continue;
          Vector &R = spectrum.right[i];
          generator.mass_matrix().vmult(image, R);
          const double sign = (g * image < 0 ? -1. : 1.);
          double       size = 0;
          KineticLaw<dim>(generator, R)
            .for_each_point(
              [&](const auto        &at,
                  const unsigned int q,
                  const dealii::Point<dim> &,
                  const double JxW) { size += std::abs(at(0, q)) * JxW; });
          size = dealii::Utilities::MPI::sum(size, communicator);
          if (!(size > 0))
            continue;
          const double factor = sign / size;
          for (std::size_t k = i; k < (spectrum.is_complex(i) ? i + 2 : i + 1);
               ++k)
            {
              spectrum.right[k] *= factor;
              spectrum.left[k] /= factor;
            }
        }
    }



    template <int dim>
    void KineticSpectrumRun<dim>::answer()
    {
      if (sets.absorbing)
        fit_and_resolve(*sets.absorbing,
                        *discretisation,
                        a_case.discretisation);


      const auto choice =
        choose_kinetic_scales(discretisation->box,
                              dynamics,
                              a_case.optimiser.friction_rate());
      log.say("Scales    " + choice.description());
      study = std::make_unique<KineticStudy<dim>>(*discretisation,
                                                  dynamics,
                                                  choice,
                                                  a_case.discretisation,
                                                  a_case.solver,
                                                  sets.absorbing.get(),
                                                  log);
      study->solve([this](const KineticSystem<dim> &s) { return solve_on(s); },
                   KineticStudy<dim>::Goal::figures);
      summary.set("domain/lower", domain.lower);
      summary.set("domain/upper", domain.upper);
      summary.set("domain/grading", domain.grading);
      if (sets.absorbing)
        summary.set("domain/absorbing", sets.absorbing->text);
      study->report(summary);
      choice.report(summary);
      const Law<dim>         law = study->system().law(density);
      DensityStatistics<dim> statistics(law);
      summary.set("density/of",
                  sets.absorbing ? "quasi-stationary law" : "stationary law");
      run_postprocessors<dim>(law, {&statistics, &observables}, summary);
      const double outside = boundary_mass(law);
      summary.set("density/boundary_mass", outside);
      const auto errors = study->errors();
      summary.set("density/estimated_error", errors.density);
      if (!(outside <= trusted_boundary_mass) && !sets.absorbing)
        throw Refusal("not resolved",
                      "the law has " + to_text(outside) +
                        " of its mass at the boundary of the box: enlarge "
                        "Domain/lower and upper");
      summary.set("spectrum/of",
                  sets.absorbing ? "the process killed in Domain/absorbing" :
                                   "the process in the box");
      report_eigenvalues(spectrum,
                         study->answer().figures,
                         errors.figures,
                         static_cast<bool>(sets.absorbing),
                         summary);
      for (const char *key :
           {"metastable_sets", "gap_ratio", "basins", "committor"})
        summary.set_null(std::string("spectrum/") + key,
                         "not computed with momentum");
      report_killed();
      write_fields();
      if (spectrum.size() < a_case.spectrum.eigenvalues)
        log.warn("only " + std::to_string(spectrum.size()) +
                 " eigenvalues were found; refine the mesh");
      if (study->stopped_by() != "tolerance")
        log.warn("the tolerance " + to_text(a_case.discretisation.tolerance) +
                 " was not reached: refinement ended at " +
                 study->stopped_by());
    }



    template <int dim>
    void KineticSpectrumRun<dim>::report_killed()
    {
      const std::string none = "there is no Domain/absorbing";
      if (!sets.absorbing)
        {
          summary.set_null("spectrum/quasi_stationary", none);
          summary.set_null("spectrum/mean_first_passage", none);
          return;
        }
      const auto       &figures = study->answer().figures;
      const auto        errors  = study->errors();
      const std::string path    = "spectrum/quasi_stationary/";
      summary.set(path + "exit_rate", -figures[0].real());
      summary.set(path + "estimated_error", errors.figures[0]);
      summary.set(path + "mean_exit_time", -1 / figures[0].real());
      summary.set(path + "law_error", errors.density);
      summary.set("spectrum/mean_first_passage_meaning",
                  "from theta, velocities Maxwellian");
      Summary::Json list  = Summary::Json::array();
      std::size_t   place = spectrum.size();
      for (const auto &theta : a_case.observables.probe_points)
        {
          list.push_back({{"from", theta},
                          {"value", figures[place].real()},
                          {"estimated_error", errors.figures[place]}});
          ++place;
        }
      summary.set("spectrum/mean_first_passage", list);
    }



    template <int dim>
    void KineticSpectrumRun<dim>::write_fields()
    {
      const RunLog::Phase       phase(log, "ParaView files");
      const KineticSystem<dim> &system    = study->system();
      const auto               &generator = system.generator;
      const Law<dim>            law       = system.law(density);
      FieldCollection<dim> fields(system.discretisation, dynamics, law.trial());
      const auto add_density = [&](const std::string &name, const Vector &P) {
        const auto marginal = std::make_shared<const Law<dim>>(system.law(P));
        fields.add_evaluated(
          name,
          1,
          [marginal](const dealii::FEValues<dim>      &fe_values,
                     std::vector<std::vector<double>> &values) {
            std::vector<LocalLaw<dim>> local;
            marginal->evaluate(fe_values, false, local);
            for (std::size_t q = 0; q < local.size(); ++q)
              values[0][q] = local[q].density();
          });
      };
      fields.set_window(window(law).first, window(law).second);
      add_density("density", density);
      for (unsigned int i = 0; i < spectrum.size(); ++i)
        {
          const std::string name = spectrum.function_name(i);
          add_density("right_" + name, spectrum.right[i]);
          fields.add_function("left_" + name,
                              generator.nodal_function(spectrum.left[i]));
        }
      if (sets.absorbing)
        fields.add_function("mean_first_passage", first_passage);
      write_paraview(fields, folder.path());
      Summary::Json notes;
      notes["case"]     = a_case.name();
      notes["spectrum"] = summary.json()["spectrum"];
      write_grid(fields, a_case.variables, notes, folder.path());
      this->draw("plot_spectrum.py");
    }



    template <int dim>
    void KineticSpectrumRun<dim>::set_nulls(const std::string &reason)
    {
      set_spectrum_nulls(reason, summary);
    }



    template <int dim>
    std::string KineticSpectrumRun<dim>::last_word() const
    {
      return spectrum_findings(summary, folder.path());
    }
  } // namespace



  ExitStatus answer_kinetic_spectrum(const MPI_Comm communicator,
                                     const Case    &a_case,
                                     const bool     validate,
                                     RunLog        &log)
  {
    if (a_case.dimension == 1)
      return KineticSpectrumRun<1>(communicator, a_case, log).run(validate);
    return KineticSpectrumRun<2>(communicator, a_case, log).run(validate);
  }
} // namespace sgdfp
