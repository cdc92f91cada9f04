// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef SGDFP_SOLVERS_CASE_H
#define SGDFP_SOLVERS_CASE_H

#include "base/parameter_file.h"
#include "meshes/discretisation.h"
#include "models/chain.h"
#include "models/dynamics.h"
#include "models/initial_density.h"
#include "postprocess/generalisation.h"
#include "postprocess/gibbs_comparison.h"
#include "postprocess/observables.h"
#include "postprocess/sample_file.h"
#include "solvers/ensemble_parameters.h"
#include "solvers/learning_study.h"
#include "solvers/linear_solver.h"
#include "solvers/path_parameters.h"
#include "solvers/spectrum_parameters.h"
#include "solvers/sweep_parameters.h"
#include "solvers/time_parameters.h"

namespace sgdfp
{
  /// Entries of subsection Output.
  struct OutputParameters
  {
    std::string  directory       = "output";
    bool         figures         = true;
    unsigned int potential_limit = 1000000;

    void add_parameters(dealii::ParameterHandler &prm);
  };



  /// A case: what the problem is. Every executable reads the same file.
  class Case
  {
  public:
    Case();

    /// Reads the file (rank 0, then broadcast), applies the overrides, checks
    /// everything that needs no computation.
    /// @throws UserError with file, line, entry, value and the way out
    void read(const MPI_Comm                  communicator,
              const std::string              &filename,
              const std::vector<std::string> &overrides);

    /// File name without folder and ending.
    std::string name() const;

    /// Folder of the file, where relative data files are looked for.
    std::string folder() const;

    /// The value of every entry that has a say in the numbers of a run, by
    /// path.
    std::map<std::string, std::string> physics() const;

    /// What the expressions of the case may name.
    Vocabulary vocabulary() const;

    /// Runs @p work; an EntryError in it is thrown as a UserError with the
    /// place where the entry was set.
    void with_places(const std::function<void()> &work) const;

    unsigned int             dimension = 2;
    std::vector<std::string> variables;
    LossParameters           loss;
    OptimiserParameters      optimiser;
    NoiseParameters          noise;
    InitialDensityParameters initial_density;
    TimeParameters           time;
    DomainParameters         domain;
    DiscretisationParameters discretisation;
    SolverParameters         solver;
    ReferenceParameters      reference;
    ObservableParameters     observables;
    GeneralisationParameters generalisation;
    SampleParameters         samples;
    SpectrumParameters       spectrum;
    ChainParameters          chain;
    EnsembleParameters       ensemble;
    PathParameters           paths;
    LearningParameters       learning;
    SweepParameters          sweep;

    OutputParameters output;

    ParameterFile file;
    std::string   text; ///< as typed

  private:
    void check();

    void check_momentum() const;

    void check_variables();

    std::string filename;
  };
} // namespace sgdfp

#endif
