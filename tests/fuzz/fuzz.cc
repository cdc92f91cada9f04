// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errors.h"
#include "solvers/ensemble_run.h"
#include "solvers/landscape_run.h"
#include "solvers/spectrum_run.h"
#include "solvers/stationary_run.h"
#include "solvers/transient_run.h"
#include "tests/fuzz/mutator.h"
#include "tests/temporary_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace sgdfp;
namespace fs = std::filesystem;

// Texts that are nearly case files and nearly data: whatever they are, there is
// an answer or a message, and nothing else. SGDFP_FUZZ_INPUTS and
// SGDFP_FUZZ_SEED make it longer (10000: a minute), or another one.

namespace
{
  unsigned int number_from(const char *name, const unsigned int otherwise)
  {
    const char *text = std::getenv(name);
    return text == nullptr ? otherwise : std::atoi(text);
  }



  std::string content(const fs::path &file)
  {
    std::ifstream     in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }



  /// Of all shipped files with that ending.
  std::vector<std::string> shipped(const std::string &ending)
  {
    std::vector<std::string> texts;
    std::vector<fs::path>    files;
    for (const auto &entry : fs::recursive_directory_iterator(SGDFP_CASES))
      if (entry.path().extension() == ending)
        files.push_back(entry.path());
    // In an order that every file system has
    std::sort(files.begin(), files.end());
    for (const fs::path &file : files)
      texts.push_back(content(file));
    return texts;
  }



  struct Counts
  {
    unsigned int answers = 0, mistakes = 0, refusals = 0;
  };



  /// @p work may only end in the three ways that a user may see.
  void attempt(const std::string           &input,
               const std::function<void()> &work,
               Counts                      &counts)
  {
    try
      {
        work();
        ++counts.answers;
      }
    catch (const UserError &error)
      {
        ++counts.mistakes;
        EXPECT_FALSE(std::string(error.what()).empty());
      }
    catch (const Refusal &)
      {
        ++counts.refusals;
      }
    catch (const std::exception &error)
      {
        ADD_FAILURE() << error.what() << "\nof the input\n" << input;
      }
  }



  /// What --validate does, on a mesh of moderate size.
  void validate(Case &a_case, const unsigned int question)
  {
    // Cells by the million are slow to make, and no mistake.
    a_case.domain.initial_refinement =
      std::min(a_case.domain.initial_refinement, 3u);
    a_case.domain.subdivisions = std::min(a_case.domain.subdivisions, 4u);
    RunLog silent(MPI_COMM_SELF, RunLog::Screen::nothing);
    a_case.with_places([&]() {
      switch (question)
        {
          case 0:
            answer_stationary(MPI_COMM_SELF, a_case, true, silent);
            break;
          case 1:
            answer_spectrum(MPI_COMM_SELF, a_case, true, silent);
            break;
          case 2:
            answer_transient(MPI_COMM_SELF, a_case, true, false, silent);
            break;
          case 3:
            answer_ensemble(MPI_COMM_SELF, a_case, true, silent);
            break;
          default:
            answer_landscape(MPI_COMM_SELF, a_case, true, silent);
        }
    });
  }



  void say(const std::string &what, const Counts &counts)
  {
    std::cout << what << ": " << counts.answers << " answers, "
              << counts.mistakes << " mistakes, " << counts.refusals
              << " refusals\n";
  }
} // namespace



TEST(Fuzz, CaseFiles)
{
  const unsigned int n = number_from("SGDFP_FUZZ_INPUTS", 3000);
  // Of so many one goes on to the check of its coefficients on a mesh.
  constexpr unsigned int rate = 20;
  Mutator mutator(shipped(".prm"), number_from("SGDFP_FUZZ_SEED", 1));
  const TemporaryFile file("");
  Counts              counts;
  for (unsigned int i = 0; i < n; ++i)
    {
      const std::string input = mutator.next();
      std::ofstream(file.name) << input;
      const auto work = [&]() {
        Case a_case;
        a_case.read(MPI_COMM_SELF, file.name, {});
        a_case.with_places([&]() {
          if (a_case.dimension == 2)
            {
              const std::shared_ptr<const Loss<2>> loss =
                make_loss<2>(a_case.loss,
                             a_case.vocabulary(),
                             std::string(SGDFP_CASES) + "/tutorial",
                             MPI_COMM_SELF);
              const Dynamics<2>    dynamics(loss,
                                         a_case.noise,
                                         a_case.optimiser,
                                         a_case.vocabulary());
              const Observables<2> observables(a_case.observables,
                                               a_case.vocabulary());
              (void)loss->value(dealii::Point<2>(.3, -.7));
              (void)observables.values(dealii::Point<2>(.3, -.7));
            }
        });
        if (i % rate == 0)
          validate(a_case, i / rate % 5);
      };
      attempt(input, work, counts);
      if (HasFailure())
        return;
    }
  say("Case files", counts);
  EXPECT_GT(counts.answers, n / 20);
  EXPECT_GT(counts.mistakes, n / 20);
  EXPECT_FALSE(fs::exists("sgdfp-fuzz-ran"));
}



TEST(Fuzz, DataFiles)
{
  const unsigned int n     = number_from("SGDFP_FUZZ_INPUTS", 3000) / 5;
  auto               seeds = shipped(".csv");
  // Long ones hide their changes.
  for (std::string &text : seeds)
    text.resize(std::min<std::size_t>(text.size(), 300));
  seeds.push_back("x1,y1,weight\n1,2,1\n-1,.5,0\n2,3,3\n");
  Mutator             mutator(seeds, number_from("SGDFP_FUZZ_SEED", 1) + 1);
  const TemporaryFile file("");
  Counts              counts;
  LossParameters      loss;
  loss.widths = {1, 1, 1};
  loss.data   = "file";
  loss.file   = file.name;
  for (unsigned int i = 0; i < n; ++i)
    {
      const std::string input = mutator.next();
      std::ofstream(file.name) << input;
      const auto work = [&]() {
        const auto one =
          make_loss<2>(loss, {{"u", "v"}, {}}, "", MPI_COMM_SELF);
        (void)one->gradient_covariance(dealii::Point<2>(.3, -.7),
                                       MatrixFieldDerivatives::all);
      };
      attempt(input, work, counts);
      if (HasFailure())
        return;
    }
  say("Data files", counts);
  EXPECT_GT(counts.answers, n / 20);
  EXPECT_GT(counts.mistakes, n / 20);
}
