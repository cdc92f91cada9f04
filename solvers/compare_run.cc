// SPDX-License-Identifier: GPL-3.0-or-later
#include "solvers/compare_run.h"

#include "base/numpy_file.h"
#include "base/run_folder.h"
#include "base/text.h"
#include "base/version.h"
#include "postprocess/figures.h"
#include "postprocess/histogram_file.h"
#include "postprocess/law_binning.h"
#include "postprocess/law_comparison.h"
#include "solvers/common_bins.h"
#include "solvers/previous_law.h"
#include "solvers/run_record.h"

#include <boost/optional.hpp>

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
      /// What a folder holds: one of the two.
      struct Source
      {
        std::unique_ptr<const PreviousLaw<dim>> density;
        boost::optional<BinnedLaw>              histogram;
      };

      Source read(const RunRecord &record) const;

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
      std::vector<Source>           sources;
      std::vector<BinOwner>         owners;
      Bins                          bins;
      std::vector<ComparedLaw>      laws;
    };



    template <int dim>
    typename CompareRun<dim>::Source
    CompareRun<dim>::read(const RunRecord &record) const
    {
      Source source;
      if (record.is_ensemble())
        {
          source.histogram = read_histogram(
            communicator, (fs::path(record.folder) / "histogram.npz").string());
          if (source.histogram->bins.dimension() != dim)
            throw record.error("its histogram.npz has " +
                                 counted(source.histogram->bins.dimension(),
                                         "variable") +
                                 ", its summary.json has " +
                                 std::to_string(dim),
                               "Run the case anew.");
          return source;
        }
      // It speaks of the case that would begin with that law.
      try
        {
          source.density =
            std::make_unique<const PreviousLaw<dim>>(communicator,
                                                     record.folder,
                                                     log);
        }
      catch (const EntryError &error)
        {
          throw record.error(error.reason,
                             "Run its case anew with this version; a data "
                             "file is looked for from where you start the "
                             "program.");
        }
      return source;
    }



    template <int dim>
    void CompareRun<dim>::read_all()
    {
      const RunLog::Phase phase(log, "reading");
      for (const RunRecord &record : records)
        {
          sources.push_back(read(record));
          const Source &source = sources.back();
          BinOwner      owner;
          owner.folder       = record.folder;
          owner.is_histogram = record.is_ensemble();
          if (source.histogram)
            owner.bins = source.histogram->bins;
          else
            {
              const auto &box  = source.density->law().discretisation.box;
              owner.bins.lower = {box.lower().begin_raw(),
                                  box.lower().end_raw()};
              owner.bins.upper = {box.upper().begin_raw(),
                                  box.upper().end_raw()};
            }
          owners.push_back(owner);
        }
      bins = common_bins(owners, line);
    }



    template <int dim>
    void CompareRun<dim>::bin()
    {
      const RunLog::Phase phase(log, "bins");
      for (std::size_t i = 0; i < sources.size(); ++i)
        {
          ComparedLaw compared;
          compared.folder                = records[i].folder;
          compared.program               = records[i].program();
          compared.density_error         = records[i].density_error();
          compared.means                 = records[i].means();
          compared.law                   = sources[i].histogram ?
                                             merged(*sources[i].histogram, bins.number) :
                                             bin_law(sources[i].density->law(), bins);
          compared.law.effective_samples = records[i].effective_samples();
          if (line.symmetrise)
            compared.law = symmetrised(compared.law);
          laws.push_back(compared);
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



    /// @throws UserError unless all are laws of the same variables
    void check_variables(const std::vector<RunRecord> &records)
    {
      const auto names_of = [](const RunRecord &record) {
        std::string text;
        for (const std::string &name : record.variables())
          text += (text.empty() ? "" : ", ") + name;
        return text;
      };
      const RunRecord &reference = records.front();
      for (const RunRecord &record : records)
        if (record.dimension() != reference.dimension() ||
            record.variables() != reference.variables())
          throw record.error(
            "its law is one of " + names_of(record) + ", that of '" +
              reference.folder + "' is one of " + names_of(reference),
            "Compare laws of the same variables; `set variables` names them.");
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
    check_variables(records);
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
