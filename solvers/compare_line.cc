// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/compare_line.h"

#include "base/errors.h"
#include "base/text.h"
#include "solvers/command_line.h"

#include <deal.II/base/utilities.h>

#include <CLI/CLI.hpp>

namespace sgdfp
{
  namespace
  {
    constexpr const char *usage = "Usage: sgdfp-compare A B [C ..]; `--help` "
                                  "says more.";



    constexpr const char *help =
      "How far the laws of two or more runs are from each other.\n\n"
      "Usage: mpirun -n RANKS sgdfp-compare A B [C ..] [options]\n"
      "  A is the reference, B, C, .. are compared with it: run folders of\n"
      "  sgdfp-stationary, sgdfp-transient (the last law) or sgdfp-ensemble, of\n"
      "  the same variables.\n"
      "  --bins N          bins per direction; with an ensemble a divisor of "
      "those\n"
      "                    of its histogram (default: those; without one 200, "
      "60,\n"
      "                    24 in 1, 2, 3 dimensions)\n"
      "  --lower=X,Y,..    corners of the box that the bins divide, where "
      "there is\n"
      "  --upper=X,Y,..    no ensemble (default: the box that holds all meshes)\n"
      "  --symmetrise      the average of each law and its image under theta "
      "->\n"
      "                    -theta\n"
      "  --output DIR      folder of comparison.json, .npz, .png, log.txt "
      "(default:\n"
      "                    output/comparison)\n"
      "  --quiet           only warnings on the screen\n"
      "  --help            this page\n"
      "  --version         versions\n"
      "Exit status: 0 done; 1 a mistake in the arguments or the folders.";



    /// @throws UserError
    std::vector<double> numbers(const std::string &option,
                                const std::string &text)
    {
      std::vector<double> result;
      for (const std::string &word :
           dealii::Utilities::split_string_list(text, ','))
        {
          const auto number = to_number(word);
          if (!number)
            throw UserError(option + " is '" + text + "' but '" + word +
                            "' is no number. Give one number per variable, "
                            "separated by commas: " +
                            option + "=-3,-3");
          result.push_back(*number);
        }
      return result;
    }
  } // namespace



  CompareLine parse_compare_line(int argc, char **argv)
  {
    CompareLine line;
    std::string bins, lower, upper;
    bool        show_help = false, show_version = false;
    CLI::App    app("", "sgdfp-compare");
    app.set_help_flag();
    app.add_flag("-h,--help", show_help);
    app.add_flag("--version", show_version);
    app.add_option("FOLDERS", line.folders);
    app.add_option("--bins", bins)->expected(1);
    app.add_option("--lower", lower)->expected(1);
    app.add_option("--upper", upper)->expected(1);
    app.add_flag("--symmetrise", line.symmetrise);
    app.add_option("--output", line.output)->expected(1);
    app.add_flag("--quiet", line.quiet);
    try
      {
        app.parse(argc, argv);
      }
    catch (const CLI::ParseError &error)
      {
        throw UserError(std::string(error.what()) +
                        ". `--help` lists what sgdfp-compare understands.");
      }
    if (show_version)
      throw Answered{versions()};
    if (show_help)
      throw Answered{help};
    if (line.folders.size() < 2)
      throw UserError((line.folders.empty() ?
                         std::string("No run folders given. ") :
                         "Nothing to compare '" + line.folders[0] +
                           "' with: give two run folders or more. ") +
                      usage);
    if (!bins.empty())
      {
        const auto number = to_number(bins);
        if (!number || !(*number >= 1) || *number > 1e7 ||
            *number != std::floor(*number))
          throw UserError("--bins is '" + bins +
                          "' but must be a whole number >= 1 (and <= 1e7), of "
                          "bins per direction.");
        line.bins = static_cast<unsigned int>(*number);
      }
    if (lower.empty() != upper.empty())
      throw UserError("--lower and --upper belong together. Give both, one "
                      "number per variable each.");
    if (!lower.empty())
      {
        line.lower = numbers("--lower", lower);
        line.upper = numbers("--upper", upper);
      }
    return line;
  }
} // namespace sgdfp
