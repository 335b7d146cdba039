# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Packages of other suites: where they are looked for, and what happens when
the archive has moved on since. apt is a fake one."""
import subprocess
import unittest
from pathlib import Path
from unittest import mock

from archive_support import ArchiveTest
from vmlib import archive, cache, tool


class SourcesTest(ArchiveTest):
    def test_sources_exchange_the_suite_and_add_backports(self):
        self.assertEqual(archive.sources("trixie"), [
            "deb http://archive.test/debian/ trixie main",
            "deb http://archive.test/security/ trixie-security main",
            "deb http://archive.test/debian/ trixie-backports main"])

    def test_sources_take_backports_from_where_this_machine_does(self):
        (self.state / "backports").touch()
        self.assertEqual(archive.sources("trixie")[-1],
                         "deb http://backports.test/debian/ trixie-backports main")

    def test_sources_leave_pockets_that_are_not_used(self):
        (self.state / "backports").touch()
        self.assertEqual(archive.sources("bookworm"), [
            "deb http://archive.test/debian/ bookworm main",
            "deb http://archive.test/security/ bookworm-security main"])

    def test_sources_without_lists_are_those_of_the_configuration(self):
        (self.state / "bare").touch()
        self.assertIn("deb http://archive.test/debian/ bookworm main",
                      archive.sources("bookworm"))

    def test_sources_of_a_foreign_machine_are_an_error(self):
        (self.state / "foreign").touch()
        with self.assertRaisesRegex(tool.PrepareError, "no archive of its own"):
            archive.sources("trixie")

    def test_suite_of_no_release_is_an_error(self):
        with self.assertRaisesRegex(tool.PrepareError, "none of bookworm, trixie"):
            archive.newest("bash", "arm64", "sid")

    def test_configuration_is_private_and_has_the_proxy(self):
        self.archive_has("busybox 1 trixie")
        archive.newest("busybox", "arm64")
        conf = (cache.root() / "archive/trixie-arm64/apt.conf").read_text(
            encoding="utf-8")
        self.assertIn('Acquire::http::Proxy "http://proxy.test:3128";', conf)
        self.assertIn('APT::Architecture "arm64";', conf)
        self.assertIn('Dir::Etc::parts "/dev/null";', conf)
        self.assertNotIn('Dir::Etc "/etc/apt/";', conf)

    def test_configuration_without_keys_is_an_error(self):
        with mock.patch.object(archive, "KEYRINGS", (Path("/nowhere"),)), \
                mock.patch.object(archive, "TRUSTED", Path("/nowhere")), \
                self.assertRaisesRegex(tool.PrepareError, "debian-archive-keyring"):
            archive.newest("busybox", "arm64")


class NewestTest(ArchiveTest):
    def test_newest_orders_versions_as_debian_does(self):
        self.archive_has("linux-9 6.9-1 trixie", "linux-10 6.10~rc1-1 trixie",
                         "linux-8 6.10-1 trixie", "other 7 trixie")
        self.assertEqual(str(archive.newest(r"linux-\d+", "arm64")),
                         "linux-8=6.10-1")

    def test_newest_matches_whole_names(self):
        self.archive_has("linux-1 1 trixie", "linux-1-dbg 2 trixie",
                         "a-linux-1 3 trixie")
        self.assertEqual(archive.newest(r"linux-\d", "arm64").name, "linux-1")

    def test_newest_takes_backports_only_if_asked(self):
        self.archive_has("qemu 1:10 trixie", "qemu 1:11~bpo trixie-backports")
        self.assertEqual(archive.newest("qemu", "arm64").version, "1:10")
        self.assertEqual(
            archive.newest("qemu", "arm64", "trixie-backports").version, "1:11~bpo")

    def test_newest_refreshes_before_it_gives_up(self):
        self.archive_has("old 1 trixie")
        archive.newest("old", "arm64")
        self.archive_has("new 1 trixie")
        self.age_lists(3600)
        self.assertEqual(archive.newest("new", "arm64").name, "new")
        self.assertEqual(len(self.calls("update")), 2)

    def test_newest_of_nothing_is_missing(self):
        with self.assertRaisesRegex(archive.Missing, "no package nothing for arm64"):
            archive.newest("nothing", "arm64")

    def test_names_have_no_versions(self):
        self.archive_has("one 1 trixie", "two 2 trixie-backports", "three 3 trixie")
        self.assertEqual(sorted(archive.names("one|two", "arm64")), ["one", "two"])

    def test_matching_of_nothing_is_empty(self):
        self.assertEqual(archive.matching("nothing", "arm64"), [])


class RefreshTest(ArchiveTest):
    def setUp(self):
        super().setUp()
        self.archive_has("busybox 1 trixie")

    def test_lists_are_fetched_once(self):
        archive.newest("busybox", "arm64")
        archive.newest("busybox", "arm64")
        self.assertEqual(len(self.calls("update")), 1)

    def test_lists_of_another_architecture_are_others(self):
        archive.newest("busybox", "arm64")
        archive.newest("busybox", "amd64")
        self.assertEqual(len(self.calls("update")), 2)

    def test_lists_are_refreshed_after_a_week(self):
        archive.newest("busybox", "arm64")
        self.archive_has("busybox 2 trixie")
        self.age_lists(6 * 86400)
        self.assertEqual(archive.newest("busybox", "arm64").version, "1")
        self.age_lists(8 * 86400)
        self.assertEqual(archive.newest("busybox", "arm64").version, "2")

    def test_old_lists_serve_without_network(self):
        archive.newest("busybox", "arm64")
        self.age_lists(8 * 86400)
        self.go_offline()
        self.assertEqual(archive.newest("busybox", "arm64").version, "1")
        self.assertIn("Could not resolve", self.said.getvalue())
        self.assertIn("8 days old", self.said.getvalue())

    def test_old_lists_are_not_tried_at_every_call(self):
        archive.newest("busybox", "arm64")
        self.age_lists(8 * 86400)
        self.go_offline()
        for _ in range(3):
            archive.newest("busybox", "arm64")
        self.assertEqual(len(self.calls("update")), 2)
        with mock.patch.object(archive, "RETRY_SECONDS", 0):
            archive.newest("busybox", "arm64")
        self.assertEqual(len(self.calls("update")), 3)

    def test_no_lists_and_no_network_is_an_error(self):
        self.go_offline()
        with self.assertRaisesRegex(tool.PrepareError, "Could not resolve"):
            archive.newest("busybox", "arm64")
        (self.state / "offline").unlink()
        self.assertEqual(archive.newest("busybox", "arm64").version, "1")

    def test_update_fails_if_one_list_does(self):
        archive.newest("busybox", "arm64")
        self.assertIn("APT::Update::Error-Mode=any", self.calls("update")[0])


class DownloadTest(ArchiveTest):
    def setUp(self):
        super().setUp()
        self.archive_has("busybox 1 trixie")
        archive.newest("busybox", "arm64")
        self.age_lists(3600)

    def download(self, *packages, **options):
        return [deb.name for deb in archive.download(packages, "arm64",
                                                     self.into, **options)]

    def test_download_gives_the_files(self):
        self.assertEqual(self.download("busybox"), ["busybox_1.deb"])

    def test_download_takes_what_newest_found(self):
        found = archive.newest("busybox", "arm64")
        self.assertEqual(self.download(found), ["busybox_1.deb"])
        self.assertTrue(self.calls("busybox=1"))

    def test_download_of_dependencies_leaves_only_packages(self):
        self.assertEqual(self.download("busybox", dependencies=True),
                         ["busybox_1.deb"])
        call, = self.calls("install")
        self.assertIn("--download-only", call)
        self.assertIn("--no-install-recommends", call)

    def test_download_from_backports_asks_for_them(self):
        self.download("busybox", suite="trixie-backports")
        self.assertIn("-t trixie-backports", self.calls("download")[0])

    def test_download_refreshes_when_the_file_is_gone(self):
        self.archive_has("busybox 2 trixie")
        self.assertEqual(self.download("busybox"), ["busybox_2.deb"])
        self.assertEqual(len(self.calls("update")), 2)

    def test_download_of_a_version_that_is_gone_is_missing(self):
        found = archive.newest("busybox", "arm64")
        self.archive_has("busybox 2 trixie")
        with self.assertRaisesRegex(archive.Missing, "was not found"):
            self.download(found)
        # The caller looks again and gets what there is now.
        self.assertEqual(self.download(archive.newest("busybox", "arm64")),
                         ["busybox_2.deb"])

    def test_looked_up_again_takes_what_there_is_now(self):
        asked = []

        @archive.looked_up_again
        def get(name):
            asked.append(archive.newest(name, "arm64"))
            return self.download(asked[-1])
        archive.newest("busybox", "arm64")
        self.archive_has("busybox 2 trixie")
        self.assertEqual(get("busybox"), ["busybox_2.deb"])
        self.assertEqual([found.version for found in asked], ["1", "2"])

    def test_looked_up_again_gives_up_the_second_time(self):
        asked = []

        @archive.looked_up_again
        def get(name):
            asked.append(name)
            return self.download(name)
        with self.assertRaises(archive.Missing):
            get("nothing")
        self.assertEqual(asked, ["nothing"] * 2)

    def test_download_refreshes_only_once(self):
        with self.assertRaises(archive.Missing):
            self.download("nothing")
        with self.assertRaises(archive.Missing):
            self.download("nothing")
        self.assertEqual(len(self.calls("update")), 2)

    def test_download_without_network_is_not_called_missing(self):
        self.go_offline()
        with self.assertRaisesRegex(tool.PrepareError, "Could not resolve") as got:
            self.download("busybox")
        self.assertNotIsInstance(got.exception, archive.Missing)


class SourcePackagesTest(ArchiveTest):
    def setUp(self):
        super().setUp()
        self.archive_has("zlib 1:1.2.9-1 bookworm", "zlib 1:1.2.13-1 bookworm")

    def test_source_versions_are_sorted_as_debian_does(self):
        self.assertEqual(archive.source_versions("zlib", "bookworm"),
                         ["1:1.2.13-1", "1:1.2.9-1"])

    def test_source_versions_refreshes_before_it_gives_up(self):
        self.assertEqual(archive.source_versions("perl", "bookworm"), [])
        self.archive_has("perl 5.36-1 bookworm")
        self.age_lists(3600)
        self.assertEqual(archive.source_versions("perl", "bookworm"), ["5.36-1"])

    def test_source_lists_are_of_sources_and_others_are_not(self):
        archive.source_versions("zlib", "bookworm")
        folder = cache.root() / "archive/bookworm-source"
        lines = (folder / "sources.list").read_text(encoding="utf-8").splitlines()
        self.assertEqual({line.split()[0] for line in lines}, {"deb-src"})
        self.assertIn(f'APT::Architecture "{archive.host_arch()}";',
                      (folder / "apt.conf").read_text(encoding="utf-8"))

    def test_download_source_asks_for_upstream_of_the_version_and_unpacks_nothing(self):
        got = archive.download_source("zlib", "1:1.2.13-1", self.into, "bookworm")
        self.assertEqual([path.name for path in got], ["zlib_1:1.2.13-1.orig.tar.xz"])
        call, = self.calls("source")
        self.assertIn("--download-only --tar-only --only-source zlib=1:1.2.13-1", call)

    def test_download_source_of_a_version_that_is_gone_is_missing(self):
        with self.assertRaisesRegex(archive.Missing, "was not found"):
            archive.download_source("zlib", "1:1.2.12-1", self.into, "bookworm")


class UnpackTest(ArchiveTest):
    def make_deb(self, name, files):
        tree = self.folder / name
        for path in files:
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(path, encoding="utf-8")
        (tree / "DEBIAN").mkdir()
        (tree / "DEBIAN/control").write_text(
            f"Package: {name}\nVersion: 1\nArchitecture: all\n"
            "Maintainer: nobody\nDescription: test\n", encoding="utf-8")
        deb = self.folder / f"{name}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, deb], check=True,
                       stdout=subprocess.DEVNULL)
        return deb

    def found(self):
        return sorted(str(path.relative_to(self.into))
                      for path in self.into.rglob("*") if path.is_file())

    def test_unpack_joins_packages_without_documentation(self):
        archive.unpack([self.make_deb("one", ["usr/bin/one", "usr/share/doc/one"]),
                        self.make_deb("two", ["usr/bin/two"])], self.into)
        self.assertEqual(self.found(), ["usr/bin/one", "usr/bin/two"])

    def test_unpack_leaves_out_what_is_asked(self):
        archive.unpack([self.make_deb("one", ["usr/lib/modules/1/kernel/sound/a",
                                              "usr/lib/modules/1/kernel/fs/b"])],
                       self.into, exclude=["./*lib/modules/*/kernel/sound"])
        self.assertEqual(self.found(), ["usr/lib/modules/1/kernel/fs/b"])

    def test_unpack_of_a_damaged_package_is_an_error(self):
        deb = self.make_deb("one", ["usr/bin/one"])
        deb.write_bytes(deb.read_bytes()[:-100])
        with self.assertRaises(tool.PrepareError):
            archive.unpack([deb], self.into)

    def test_unpack_of_no_package_is_an_error(self):
        with self.assertRaisesRegex(tool.PrepareError, "dpkg-deb|tar"):
            archive.unpack([self.folder / "nothing.deb"], self.into)


if __name__ == "__main__":
    unittest.main()
