"""The reviewer's and the auditor's pages."""
