// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/compare_run.h"

#include "base/numpy_file.h"
#include "base/run_folder.h"
#include "base/text.h"
#include "base/version.h"
#include "postprocess/figures.h"
#include "postprocess/law_comparison.h"
#include "solvers/law_of_run.h"

#include <algorithm>
#include <filesystem>

namespace sgdfp
{
  namespace fs = std::filesystem;

  namespace
  {
    template <int dim>
    class CompareRun
    {
    public:
      CompareRun(const MPI_Comm                communicator,
                 const CompareLine            &line,
                 const std::vector<RunRecord> &records,
                 RunLog                       &log)
        : communicator(communicator)
        , line(line)
        , records(records)
        , log(log)
        , folder(communicator,
                 line.output,
                 {"comparison.json", "comparison.npz", "comparison.png"})
      {}

      void run();

    private:
      void read_all();

      /// Puts all on the same bins.
      void bin();

      void warn() const;

      /// comparison.npz, for the figure.
      void write_bins() const;

      Summary summarise() const;

      void draw() const;

      const MPI_Comm                communicator;
      const CompareLine            &line;
      const std::vector<RunRecord> &records;
      RunLog                       &log;
      const RunFolder               folder;
      std::vector<LawOfRun<dim>>    sources;
      Bins                          bins;
      std::vector<ComparedLaw>      laws;
    };



    template <int dim>
    void CompareRun<dim>::read_all()
    {
      const RunLog::Phase   phase(log, "reading");
      std::vector<BinOwner> owners;
      for (const RunRecord &record : records)
        {
          sources.emplace_back(communicator, record, log);
          owners.push_back(sources.back().owner());
        }
      bins = common_bins(owners, line);
    }



    template <int dim>
    void CompareRun<dim>::bin()
    {
      const RunLog::Phase phase(log, "bins");
      for (const LawOfRun<dim> &source : sources)
        {
          laws.push_back(source.on(bins));
          if (line.symmetrise)
            laws.back().law = symmetrised(laws.back().law);
        }
    }



    template <int dim>
    void CompareRun<dim>::warn() const
    {
      for (const ComparedLaw &compared : laws)
        {
          const auto  &p          = compared.law.probabilities;
          const double in_one_bin = *std::max_element(p.begin(), p.end() - 1);
          constexpr double much = 0.2, unresolved = 1e-4;
          if (in_one_bin > much)
            log.warn(compared.folder + " has " + to_text(in_one_bin) +
                     " of its probability in one bin, and no comparison sees "
                     "what is within it: raise --bins, or give --lower and "
                     "--upper");
          if (p.back() > much)
            log.warn(compared.folder + " has " + to_text(p.back()) +
                     " of its probability outside of the bins");
          if (compared.law.integration_error > unresolved)
            log.warn("the integrals of " + compared.folder +
                     " over the bins are only known to " +
                     to_text(compared.law.integration_error) +
                     ": its mesh does not resolve it");
        }
    }



    /// Folder names, or whole paths where the names are not different.
    std::vector<std::string> short_names(const std::vector<ComparedLaw> &laws)
    {
      std::vector<std::string> names, paths;
      for (const ComparedLaw &law : laws)
        {
          const fs::path path = (fs::path(law.folder) / "").parent_path();
          names.push_back(path.filename().string());
          paths.push_back(path.string());
        }
      auto sorted = names;
      std::sort(sorted.begin(), sorted.end());
      const bool are_different =
        std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
      return are_different ? names : paths;
    }



    template <int dim>
    void CompareRun<dim>::write_bins() const
    {
      run_on_root(communicator, [&]() {
        NumpyArchive archive;
        archive.add("lower", dealii::make_array_view(bins.lower), {dim});
        archive.add("upper", dealii::make_array_view(bins.upper), {dim});
        for (std::size_t i = 0; i < laws.size(); ++i)
          {
            const auto &p = laws[i].law.probabilities;
            archive.add("law_" + std::to_string(i + 1),
                        dealii::ArrayView<const double>(p.data(), bins.size()),
                        std::vector<std::size_t>(dim, bins.number));
          }
        archive.add_words("names", short_names(laws));
        archive.add_words("variables", records.front().variables());
        archive.write(folder.path() + "/comparison.npz");
        return std::string();
      });
    }



    template <int dim>
    Summary CompareRun<dim>::summarise() const
    {
      Summary summary;
      summary.set("program", "sgdfp-compare");
      summary.set("version", version);
      summary.set("dimension", dim);
      summary.set("variables", records.front().variables());
      summary.set("ranks",
                  dealii::Utilities::MPI::n_mpi_processes(communicator));
      summary.set("wall_seconds", nullptr);
      summary.set("status", "ok");
      summary.set("messages", Summary::Json::array());
      summary.set("bins/number", bins.number);
      summary.set("bins/lower", bins.lower);
      summary.set("bins/upper", bins.upper);
      summary.set("symmetrised", line.symmetrise);
      for (const ComparedLaw &law : laws)
        summary.append("laws", describe(law));
      for (std::size_t i = 1; i < laws.size(); ++i)
        summary.append("comparisons",
                       compare(laws.front(),
                               laws[i],
                               records.front().variables()));
      return summary;
    }



    template <int dim>
    void CompareRun<dim>::draw() const
    {
      const RunLog::Phase phase(log, "figure");
      const std::string   failure =
        draw_figures(communicator, "plot_comparison.py", folder.path());
      if (!failure.empty())
        log.warn(failure);
    }



    template <int dim>
    void CompareRun<dim>::run()
    {
      read_all();
      log.say("Bins      " + bins.description() +
              (line.symmetrise ? ", laws made symmetric" : ""));
      bin();
      Summary summary = summarise();
      folder.lock();
      folder.clear();
      log.attach(folder.path());
      warn();
      write_bins();
      draw();
      log.say("");
      log.say(comparison_table(summary));
      log.say("  Files      " + folder.path() +
              " (comparison.json, comparison.png)");
      summary.set("wall_seconds", log.seconds());
      for (const std::string &warning : log.warnings())
        summary.append("messages", warning);
      folder.finish(summary);
    }



    /// @throws UserError where the output would mix with a run
    void check_output(const MPI_Comm communicator, const CompareLine &line)
    {
      run_on_root(communicator, [&]() {
        std::error_code ignored;
        if (fs::exists(fs::path(line.output) / "summary.json", ignored))
          throw UserError("--output is '" + line.output +
                          "' but that is the folder of a run. Choose another "
                          "one.");
        return std::string();
      });
    }



    template <int dim>
    void run(const MPI_Comm                communicator,
             const CompareLine            &line,
             const std::vector<RunRecord> &records,
             RunLog                       &log)
    {
      CompareRun<dim>(communicator, line, records, log).run();
    }
  } // namespace



  ExitStatus compare_runs(const MPI_Comm     communicator,
                          const CompareLine &line,
                          RunLog            &log)
  {
    check_output(communicator, line);
    std::vector<RunRecord> records;
    for (const std::string &folder : line.folders)
      records.emplace_back(communicator, folder);
    for (const RunRecord &record : records)
      check_variables(records.front(), record);
    switch (records.front().dimension())
      {
        case 1:
          run<1>(communicator, line, records, log);
          break;
        case 2:
          run<2>(communicator, line, records, log);
          break;
        default:
          run<3>(communicator, line, records, log);
      }
    return ExitStatus::done;
  }
} // namespace sgdfp
