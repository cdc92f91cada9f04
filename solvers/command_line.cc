// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/command_line.h"

#include "base/interruption.h"
#include "base/version.h"

#include <deal.II/base/mpi.h>
#include <deal.II/base/revision.h>

#include <petscversion.h>

#include <cctype>
#include <iomanip>
#include <iostream>
#include <new>
#include <sstream>

#include <CLI/CLI.hpp>

namespace sgdfp
{
  namespace
  {
    /// --help with or without a section.
    std::string help_text(const std::string              &question,
                          const std::string              &description,
                          const bool                      can_resume,
                          const std::vector<std::string> &sections)
    {
      const Case a_case;
      if (!sections.empty() && !sections[0].empty())
        return a_case.file.help(sections[0]);
      return description + "\n\nUsage: mpirun -n RANKS sgdfp-" + question +
             " CASE.prm [options]\n"
             "  --set \"Section/entry=value\"  overrides the case file; may be "
             "repeated\n"
             "  --output DIR      folder of run folders (Output/directory)\n"
             "  --validate        check the case and stop before computing\n" +
             (can_resume ?
                "  --resume          go on from the last checkpoint of the run "
                "folder\n" :
                "") +
             "  --quiet           only warnings on the screen\n"
             "  --help [SECTION]  this page, or the entries of a section\n"
             "  --parameters      all entries as the tables of "
             "docs/parameters.md\n"
             "  --version         versions\n"
             "Exit status: 0 done; 1 a mistake in case, arguments or data; 2 "
             "refused, no\ntrustworthy law; 3 a solver failed.\n\n" +
             a_case.file.help("");
    }



    /// @throws Answered, UserError
    CommandLine parse(int                argc,
                      char             **argv,
                      const std::string &question,
                      const std::string &description,
                      const bool         can_resume)
    {
      CommandLine              line;
      std::string              output;
      std::vector<std::string> sections;
      bool                     show_version = false, show_parameters = false;

      CLI::App app(description, "sgdfp-" + question);
      app.set_help_flag();
      auto *help = app.add_option("-h,--help",
                                  sections,
                                  "This page, or the entries of a SECTION of "
                                  "the case file");
      help->expected(0, 1);
      app.add_flag("--version", show_version, "Versions");
      app.add_flag("--parameters",
                   show_parameters,
                   "All entries as Markdown tables");
      app.add_option("CASE", line.case_file, "Case file (.prm)");
      app
        .add_option("--set",
                    line.overrides,
                    "Section/entry=value, overrides the case file; may be "
                    "given more than once")
        ->expected(1)
        ->take_all();
      app.add_option("--output", output, "Folder of run folders")->expected(1);
      app.add_flag("--validate",
                   line.validate,
                   "Check the case and stop before computing");
      app.add_flag("--quiet", line.quiet, "Only warnings on the screen");
      if (can_resume)
        app.add_flag("--resume",
                     line.resume,
                     "Go on from the last checkpoint of the run folder");
      try
        {
          app.parse(argc, argv);
        }
      catch (const CLI::ParseError &error)
        {
          throw UserError(std::string(error.what()) +
                          ". `--help` lists what sgdfp-" + question +
                          " understands.");
        }
      if (show_version)
        throw Answered{versions()};
      if (show_parameters)
        throw Answered{Case().file.markdown()};
      if (help->count() > 0)
        throw Answered{help_text(question, description, can_resume, sections)};
      if (line.case_file.empty())
        throw UserError("No case file given. Usage: sgdfp-" + question +
                        " CASE.prm; `--help` says more.");
      if (!output.empty())
        line.overrides.push_back("Output/directory=" + output);
      return line;
    }



    /// A message may quote a file that is no text, or a line without end: such
    /// bytes as \x1b, and of a long text its beginning and its end.
    std::string readable(const std::string &text)
    {
      constexpr std::size_t most = 3000, beginning = 2000, end = 900;
      const std::string     shortened =
        (text.size() <= most ? text :
                               text.substr(0, beginning) + " [..] " +
                                 text.substr(text.size() - end));
      std::ostringstream result;
      for (const char c : shortened)
        if (std::iscntrl(static_cast<unsigned char>(c)) != 0 && c != '\n')
          result << "\\x" << std::hex << std::setw(2) << std::setfill('0')
                 << static_cast<unsigned int>(static_cast<unsigned char>(c));
        else
          result << c;
      return result.str();
    }



    void complain(const MPI_Comm communicator, const std::string &text)
    {
      if (dealii::Utilities::MPI::this_mpi_process(communicator) == 0)
        std::cerr << readable(text) << std::endl;
    }



    /// @return the exit status of what @p work does or throws
    ExitStatus guard(const MPI_Comm                     communicator,
                     const std::function<ExitStatus()> &work)
    {
      try
        {
          return work();
        }
      catch (const Answered &answered)
        {
          if (dealii::Utilities::MPI::this_mpi_process(communicator) == 0)
            std::cout << answered.text << std::endl;
          return ExitStatus::done;
        }
      catch (const UserError &error)
        {
          complain(communicator, std::string("Error: ") + error.what());
          return ExitStatus::user_mistake;
        }
      catch (const Refusal &refusal)
        {
          complain(communicator,
                   "Refused (" + refusal.status + "): " + refusal.what());
          return ExitStatus::refused;
        }
      catch (const SolverFailure &failure)
        {
          complain(communicator,
                   std::string("Solver failure: ") + failure.what());
          return ExitStatus::solver_failure;
        }
      catch (const Interrupted &interrupted)
        {
          // What a shell reports for a process that a signal ended.
          constexpr int ended_by_signal = 128;
          return static_cast<ExitStatus>(ended_by_signal + interrupted.signal);
        }
    }
  } // namespace



  std::string versions()
  {
    std::ostringstream out;
    out << "sgdfp " << version << "  (deal.II " << DEAL_II_PACKAGE_VERSION
        << ", PETSc " << PETSC_VERSION_MAJOR << '.' << PETSC_VERSION_MINOR
        << '.' << PETSC_VERSION_SUBMINOR << ')';
    return out.str();
  }



  void say_banner(RunLog &log, const MPI_Comm communicator)
  {
    const unsigned int n =
      dealii::Utilities::MPI::n_mpi_processes(communicator);
    log.say(versions() + ", " + std::to_string(n) +
            (n == 1 ? " rank" : " ranks"));
  }



  int run_in_frame(char **argv, const std::function<ExitStatus()> &work)
  {
    // PETSc and SLEPc would take our options for theirs: they get none from
    // the command line but read PETSC_OPTIONS.
    int                                      one = 1;
    dealii::Utilities::MPI::MPI_InitFinalize mpi(one, argv, 1);
    try
      {
        return static_cast<int>(guard(MPI_COMM_WORLD, work));
      }
    catch (const std::bad_alloc &)
      {
        // Perhaps on this rank alone: the others must not wait.
        std::cerr << "Error: The memory is not enough for this run. Choose a "
                     "coarser mesh, a lower degree, or fewer chains or "
                     "samples."
                  << std::endl;
        MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitStatus::user_mistake));
        return static_cast<int>(ExitStatus::user_mistake);
      }
    catch (const std::exception &error)
      {
        // Not foreseen, perhaps on this rank alone: the others must not wait.
        std::cerr << "Internal error: " << error.what()
                  << "\nPlease report it with the case file." << std::endl;
        MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitStatus::solver_failure));
        return static_cast<int>(ExitStatus::solver_failure);
      }
  }



  int run_program(
    int                argc,
    char             **argv,
    const std::string &question,
    const std::string &description,
    const bool         can_resume,
    const std::function<ExitStatus(const Case &, const CommandLine &, RunLog &)>
      &answer)
  {
    return run_in_frame(argv, [&]() {
      const CommandLine line =
        parse(argc, argv, question, description, can_resume);
      RunLog log(MPI_COMM_WORLD, line.quiet);
      say_banner(log, MPI_COMM_WORLD);
      Case a_case;
      a_case.read(MPI_COMM_WORLD, line.case_file, line.overrides);
      ExitStatus status = ExitStatus::done;
      a_case.with_places([&]() { status = answer(a_case, line, log); });
      return status;
    });
  }
} // namespace sgdfp
