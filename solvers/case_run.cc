// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/case_run.h"

#include "base/version.h"
#include "operators/coefficient_check.h"
#include "postprocess/density_statistics.h"
#include "postprocess/effective_complexity.h"
#include "postprocess/figures.h"
#include "postprocess/landscape_observables.h"
#include "postprocess/slice_statistics.h"
#include "postprocess/sublevel_masses.h"
#include "solvers/box_search.h"
#include "solvers/case_mesh.h"
#include "solvers/validation.h"

namespace sgdfp
{
  template <int dim>
  CaseRun<dim>::CaseRun(const MPI_Comm     communicator,
                        const Case        &a_case,
                        RunLog            &log,
                        const std::string &question)
    : CaseRun(communicator, a_case, a_case.optimiser, log, question)
  {}



  template <int dim>
  CaseRun<dim>::CaseRun(const MPI_Comm             communicator,
                        const Case                &a_case,
                        const OptimiserParameters &optimiser,
                        RunLog                    &log,
                        const std::string         &question)
    : communicator(communicator)
    , a_case(a_case)
    , log(log)
    , loss(make_loss<dim>(a_case.loss,
                          a_case.vocabulary(),
                          a_case.folder(),
                          communicator))
    , dynamics(loss, a_case.noise, optimiser, a_case.vocabulary())
    , domain(a_case.domain)
    , prediction_losses(make_prediction_losses<dim>(a_case.generalisation,
                                                    a_case.loss,
                                                    a_case.vocabulary(),
                                                    a_case.folder(),
                                                    communicator))
    , observables(a_case.observables, a_case.vocabulary())
    , folder(communicator, a_case.output.directory, a_case.name(), question)
    , question(question)
  {
    for (const auto &entry : prediction_losses)
      observables.add(entry.name + "_loss",
                      [one = entry.loss](const dealii::Point<dim> &theta) {
                        return one->value(theta);
                      });
    if (domain.shape == "ball" && question != "spectrum")
      throw EntryError(
        "Domain/shape",
        "ball",
        "sgdfp-" + question +
          " knows no balls: they are for the exit rates and exit "
          "times of sgdfp-spectrum",
        "Use sgdfp-spectrum, or Domain/shape = box.");
    if (dynamics.jumps() != nullptr && question != "ensemble" &&
        question != "landscape")
      dynamics.jumps()->check_generator();
    if (a_case.discretisation.trial_space == "gibbs" &&
        !dynamics.isotropic_temperature())
      throw EntryError("Discretisation/trial space",
                       "gibbs",
                       "the noise is not D = T I, so that the law is not "
                       "the Gibbs density",
                       "Use self-consistent.");
  }



  template <int dim>
  std::string CaseRun<dim>::why_no_answer() const
  {
    return "";
  }



  template <int dim>
  void CaseRun<dim>::begin()
  {
    prepare();
  }



  template <int dim>
  std::function<void(const dealii::Point<dim> &)>
  CaseRun<dim>::check_of_points() const
  {
    return {};
  }



  template <int dim>
  bool CaseRun<dim>::resumes() const
  {
    return false;
  }



  template <int dim>
  bool CaseRun<dim>::is_complete() const
  {
    return false;
  }



  template <int dim>
  void CaseRun<dim>::refuse_absorbing_set() const
  {
    if (!a_case.domain.absorbing.empty())
      throw EntryError("Domain/absorbing",
                       a_case.domain.absorbing,
                       "what is killed there leaves no stationary law",
                       "Ask sgdfp-spectrum for exit rates, quasi-stationary "
                       "laws and first passage times, or clear the entry.");
  }



  template <int dim>
  std::string CaseRun<dim>::current_drift() const
  {
    const std::string &calculus = a_case.noise.calculus;
    return calculus == "ito"      ? "(b - div D) p" :
           calculus == "midpoint" ? "(b - div D/2) p" :
                                    "b p";
  }



  template <int dim>
  void CaseRun<dim>::describe() const
  {
    log.say("Question  " + equation() +
            ",  b = " + dynamics.drift_description());
    log.say("Loss      " + loss->description());
    log.say("Noise     " + dynamics.noise_description());
  }



  template <int dim>
  ExitStatus CaseRun<dim>::run(const bool validate)
  {
    describe();
    const std::string reason = why_no_answer();
    if (validate)
      {
        if (!reason.empty())
          throw Refusal("no stationary density", reason);
        prepare();
        report_physics(*discretisation,
                       dynamics,
                       a_case.optimiser.learning_rate,
                       log);
        log.say("The case is valid. Its run folder would be " + folder.path());
        return ExitStatus::done;
      }
    if (reason.empty())
      begin();
    folder.lock();
    if (is_complete())
      {
        log.say("The run in " + folder.path() +
                " is complete: there is nothing to resume.");
        return ExitStatus::done;
      }
    if (!resumes())
      folder.open(a_case.text, a_case.file.resolved());
    log.attach(folder.path(), resumes());
    start_summary();
    try
      {
        if (!reason.empty())
          throw Refusal("no stationary density", reason);
        answer();
      }
    catch (const Refusal &refusal)
      {
        refuse(refusal.status, refusal.what());
      }
    finish();
    return ExitStatus::done;
  }



  template <int dim>
  void CaseRun<dim>::prepare()
  {
    {
      const RunLog::Phase phase(log, "mesh and degrees of freedom");
      discretisation = make_mesh<dim>(communicator, a_case, domain);
    }
    const RunLog::Phase phase(log, "check of the coefficients");
    // The first mesh may be coarse, the last one is not.
    constexpr unsigned int fine    = (dim == 1 ? 1024 : dim == 2 ? 64 : 16);
    DomainParameters       sampled = domain;
    while (domain.shape == "box" &&
           (sampled.subdivisions << sampled.initial_refinement) < fine)
      ++sampled.initial_refinement;
    Discretisation<dim> sampling(communicator,
                                 ParameterBox<dim>(sampled),
                                 a_case.discretisation.degree);
    sampling.prepare();
    std::function<void(const dealii::Point<dim> &)> check_prior;
    if (a_case.reference.temperature == "bayes")
      check_prior =
        bayesian_energy(*loss, a_case.reference, a_case.vocabulary());
    const auto also = check_of_points();
    check_coefficients<dim>(sampling,
                            dynamics,
                            [&](const dealii::Point<dim> &theta) {
                              if (check_prior)
                                check_prior(theta);
                              if (also)
                                also(theta);
                            });
  }



  template <int dim>
  BoxProposal CaseRun<dim>::search_box() const
  {
    log.say("Box       search for one that holds the law");
    return find_box<dim>(communicator,
                         dynamics,
                         domain,
                         a_case.discretisation,
                         a_case.solver,
                         log);
  }



  template <int dim>
  void CaseRun<dim>::use_found_box()
  {
    const BoxProposal found = search_box();
    if (found.verdict != BoxProposal::Verdict::fits)
      throw box_refusal(found.boundary_mass, found);
    domain        = found.domain;
    domain.extent = "given";
    prepare();
  }



  template <int dim>
  typename CaseRun<dim>::Reading
  CaseRun<dim>::read_law(const Law<dim>                          &law,
                         const std::vector<Postprocessor<dim> *> &more)
  {
    std::unique_ptr<LandscapeObservables<dim>> landscape;
    {
      const RunLog::Phase phase(log, "minimum set");
      landscape =
        std::make_unique<LandscapeObservables<dim>>(law, observables.names());
    }
    const RunLog::Phase      phase(log, "integrals of the law");
    SliceStatistics<dim>     slice(*loss);
    DensityStatistics<dim>   density(law);
    EffectiveComplexity<dim> complexity(*loss);
    Generalisation<dim>      generalisation(prediction_losses,
                                       a_case.reference.noise_variance);
    Reading                  reading;
    reading.gibbs = std::make_unique<GibbsComparison<dim>>(law,
                                                           a_case.reference,
                                                           a_case.vocabulary());
    std::vector<Postprocessor<dim> *> all = {&density,
                                             &observables,
                                             landscape.get(),
                                             reading.gibbs.get(),
                                             &slice,
                                             &complexity,
                                             &generalisation};
    all.insert(all.end(), more.begin(), more.end());
    run_postprocessors<dim>(law, all, summary);

    const auto &reference = reading.gibbs->reference;
    const auto *gibbs     = (reference ? &*reference : nullptr);
    observables.compare(law.discretisation,
                        gibbs,
                        reading.gibbs->reason,
                        summary);
    generalisation.report(law, gibbs, reading.gibbs->reason, summary);
    const Summary::Json nominal =
      summary.json()["gibbs"]["nominal_temperature"];
    boost::optional<double> temperature;
    if (nominal.is_number() && nominal.get<double>() > 0)
      temperature = nominal.get<double>();
    const auto minimum = landscape->minimum_loss();
    complexity.report(law, minimum, temperature, summary);
    if (minimum && temperature)
      {
        const RunLog::Phase       inner(log, "sublevel sets");
        const SublevelMasses<dim> masses(law, *minimum, *temperature);
        masses.write(folder.path());
        masses.report(summary);
      }
    reading.mass          = density.mass;
    reading.negative_mass = density.negative_mass;
    reading.boundary_mass = boundary_mass(law);
    summary.set("density/boundary_mass", reading.boundary_mass);
    return reading;
  }



  template <int dim>
  void CaseRun<dim>::draw(const std::string &script)
  {
    if (!a_case.output.figures)
      return;
    const RunLog::Phase phase(log, "figures");
    const std::string   failure =
      draw_figures(communicator, script, folder.path());
    if (!failure.empty())
      log.warn(failure);
  }



  template <int dim>
  void CaseRun<dim>::write_samples(const Law<dim> &law)
  {
    sgdfp::write_samples(law,
                         a_case.samples,
                         observables,
                         a_case.vocabulary(),
                         folder.path(),
                         log,
                         summary);
  }



  template <int dim>
  void CaseRun<dim>::start_summary()
  {
    summary.set("program", "sgdfp-" + question);
    summary.set("version", version);
    summary.set("case", a_case.name());
    summary.set("dimension", a_case.dimension);
    summary.set("variables", a_case.variables);
    summary.set("ranks", dealii::Utilities::MPI::n_mpi_processes(communicator));
    // Filled in later; named here to keep the order of the contract.
    for (const char *key : {"cells", "dofs", "wall_seconds", "status"})
      summary.set(key, nullptr);
    summary.set("messages", Summary::Json::array());
  }



  template <int dim>
  void CaseRun<dim>::refuse(const std::string &status,
                            const std::string &reason)
  {
    // Nothing that looks like a result stays behind.
    folder.remove_solution();
    Summary before;
    std::swap(summary, before);
    start_summary();
    for (const char *key : {"cells", "dofs"})
      summary.set(key, before.json()[key]);
    summary.set("solver", before.json().value("solver", Summary::Json()));
    set_nulls(reason);
    summary.set("wall_seconds", log.seconds());
    summary.set("status", status);
    summary.set("reason", reason);
    summary.append("messages", reason);
    for (const std::string &warning : log.warnings())
      summary.append("messages", warning);
    // The screen gets it from run_program(), as the run's last word.
    log.note("Refused (" + status + "): " + reason);
    folder.finish(summary);
    throw Refusal(status, reason);
  }



  template <int dim>
  void CaseRun<dim>::finish()
  {
    summary.set("wall_seconds", log.seconds());
    summary.set("status", "ok");
    for (const std::string &warning : log.warnings())
      summary.append("messages", warning);
    log.say("");
    log.say("  Where the time went");
    log.say(log.timing_table());
    log.say(last_word());
    folder.finish(summary);
  }



  template class CaseRun<1>;
  template class CaseRun<2>;
  template class CaseRun<3>;
} // namespace sgdfp
