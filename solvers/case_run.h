// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_CASE_RUN_H
#define SGDFP_SOLVERS_CASE_RUN_H

#include "base/run_folder.h"
#include "base/run_log.h"
#include "postprocess/generalisation.h"
#include "postprocess/observables.h"
#include "solvers/box_proposal.h"
#include "solvers/case.h"

namespace sgdfp
{
  /// One run of one executable: the problem of a case, its mesh, its run
  /// folder, and how a run begins and ends. A question is a class derived from
  /// it that answers.
  template <int dim>
  class CaseRun
  {
  public:
    /// @param question such as "stationary", part of the name of the folder
    CaseRun(const MPI_Comm     communicator,
            const Case        &a_case,
            RunLog            &log,
            const std::string &question);

    /// @param optimiser in place of the one of the case
    CaseRun(const MPI_Comm             communicator,
            const Case                &a_case,
            const OptimiserParameters &optimiser,
            RunLog                    &log,
            const std::string         &question);

    virtual ~CaseRun() = default;

    /// The whole run, in the order things happen. A mistake that is found
    /// before the folder is opened leaves an earlier result as it was.
    /// @throws Refusal, after the folder says so; UserError, SolverFailure
    ExitStatus run(const bool validate);

  protected:
    /// The equation that is solved, for the screen.
    virtual std::string equation() const = 0;

    /// Why the question has no answer whatever the mesh; "" where none is
    /// known.
    virtual std::string why_no_answer() const;

    /// Makes what is needed before the folder is opened; a mistake found here
    /// leaves an earlier result as it was.
    virtual void begin();

    /// A further check of points of the box, such as that of an expression
    /// that only this question uses; may be empty.
    virtual std::function<void(const dealii::Point<dim> &)>
    check_of_points() const;

    /// Whether an earlier, interrupted run goes on in its folder. After
    /// begin().
    virtual bool resumes() const;

    /// Whether that run is complete: there is nothing to do. After begin().
    virtual bool is_complete() const;

    /// Fills the summary and writes the files, but for summary.json.
    /// @throws Refusal
    virtual void answer() = 0;

    /// The shape of a result with nulls, for the summary of a refused run.
    virtual void set_nulls(const std::string &reason) = 0;

    /// The last word of a complete run.
    virtual std::string last_word() const = 0;

    /// @throws EntryError where Domain/absorbing leaves no stationary law
    void refuse_absorbing_set() const;

    /// The drift in J as it is in the convention of the case
    std::string current_drift() const;

    /// Makes the mesh and looks at the coefficients on it.
    void prepare();

    BoxProposal search_box() const;

    /// Domain/extent = auto
    void use_found_box();

    /// What read_law() leaves behind beside the summary.
    struct Reading
    {
      std::unique_ptr<GibbsComparison<dim>> gibbs;
      double mass = 0, negative_mass = 0, boundary_mass = 0;
    };

    /// What every stationary law is asked, in one sweep with @p more: moments,
    /// observables, landscape, the distance to Gibbs and the same means under
    /// it, generalisation, complexity. The law must outlive what is returned.
    Reading read_law(const Law<dim>                          &law,
                     const std::vector<Postprocessor<dim> *> &more = {});

    /// Draws figures with a script of postprocess/plots, if the case wants any.
    void draw(const std::string &script);

    /// samples.csv of a law that is trusted, if the case wants any.
    void write_samples(const Law<dim> &law);

    const MPI_Comm                   communicator;
    const Case                      &a_case;
    RunLog                          &log;
    std::shared_ptr<const Loss<dim>> loss;
    const Dynamics<dim>              dynamics;
    DomainParameters                 domain;
    /// On training and other data, where the case has any
    const std::vector<PredictionLoss<dim>> prediction_losses;
    Observables<dim>                       observables;
    RunFolder                              folder;
    Summary                                summary;
    std::unique_ptr<Discretisation<dim>>   discretisation;

  private:
    void describe() const;

    /// The head of summary.json, in the order of the contract.
    void start_summary();

    /// Ends a run that has no (trustworthy) answer.
    [[noreturn]] void refuse(const std::string &status,
                             const std::string &reason);

    void finish();

    const std::string question;
  };



  /// Runs the class template @p Run, made from (communicator, case, log), in
  /// the dimension of the case.
  template <template <int> class Run>
  ExitStatus answer_case(const MPI_Comm communicator,
                         const Case    &a_case,
                         const bool     validate,
                         RunLog        &log)
  {
    switch (a_case.dimension)
      {
        case 1:
          return Run<1>(communicator, a_case, log).run(validate);
        case 2:
          return Run<2>(communicator, a_case, log).run(validate);
        default:
          return Run<3>(communicator, a_case, log).run(validate);
      }
  }
} // namespace sgdfp

#endif
